import { type ObjectRef, objectKey } from "./kube-object.ts";

/** What an object needs to have to be kept here. */
export interface VersionedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
}

/** Objects remembered at once; a cache is milliseconds behind, so there are few. */
const MOST = 1_000;

/**
 * A cached read that never shows the time before our own last write. Without it, what was just written would
 * look undone, or be decided on again in its old form, until the watch has caught up.
 */
export class OwnWrites<T extends VersionedObject> {
  readonly #read: (ref: ObjectRef) => T | undefined;
  readonly #written = new Map<string, T>();

  constructor(read: (ref: ObjectRef) => T | undefined) {
    this.#read = read;
  }

  get(ref: ObjectRef): T | undefined {
    return this.newest(this.#read(ref), objectKey(ref));
  }

  /** The newer of what the store shows and what was written. */
  newest(cached: T | undefined, key: string): T | undefined {
    const written = this.#written.get(key);
    if (written === undefined) return cached;
    if (cached !== undefined && cached.metadata.uid === written.metadata.uid && isOlder(cached, written)) {
      return written;
    }
    this.#written.delete(key);
    return cached;
  }

  /** Takes note of an object as a write answered it. */
  remember(object: T): void {
    const key = objectKey(object.metadata);
    // With that write it is gone, and nobody will ask for it again.
    if (isReleased(object)) {
      this.forget(key);
      return;
    }
    const before = this.#written.get(key);
    if (before !== undefined && isOlder(object, before)) return;
    this.#written.delete(key);
    this.#written.set(key, object);
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= MOST) return;
      this.#written.delete(oldest);
    }
  }

  /** The object is gone, and what was written with it. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  /** How many objects are remembered. */
  get size(): number {
    return this.#written.size;
  }
}

/** Marked for deletion with nothing that holds it any more. */
const isReleased = ({ metadata }: VersionedObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;

/**
 * Whether `a` is an earlier version than `b`. Versions of one resource are numbers that grow (guaranteed by
 * Kubernetes since 1.35, true of etcd before); text that is no number counts as the later one.
 */
export function isOlder(a: VersionedObject, b: VersionedObject): boolean {
  const [first, second] = [a.metadata.resourceVersion ?? "", b.metadata.resourceVersion ?? ""];
  if (!/^[0-9]+$/.test(first) || !/^[0-9]+$/.test(second)) return false;
  return BigInt(first) < BigInt(second);
}
