import type { ObjectAccess, VersionedObject } from "./object-access.ts";

/** Objects remembered at once; a cache is milliseconds behind, so there are few. */
const MOST = 1_000;

/**
 * A cached read that never shows the time before our own last write. Without it, a split that was just written
 * would look as if somebody had changed it back until the watch has caught up.
 */
export class OwnWrites<T extends VersionedObject> {
  readonly #access: Pick<ObjectAccess<T>, "get">;
  readonly #written = new Map<string, T>();

  constructor(access: Pick<ObjectAccess<T>, "get">) {
    this.#access = access;
  }

  get(namespace: string, name: string): T | undefined {
    const key = `${namespace}/${name}`;
    const cached = this.#access.get(namespace, name);
    const written = this.#written.get(key);
    if (written === undefined) return cached;
    if (cached !== undefined && isOlder(cached, written)) return written;
    this.#written.delete(key);
    return cached;
  }

  /** Takes note of an object as a write, or a live read, answered it. */
  remember(namespace: string, object: T): void {
    const key = `${namespace}/${object.metadata.name}`;
    const before = this.#written.get(key);
    if (before !== undefined && isOlder(object, before)) return;
    this.#written.delete(key);
    this.#written.set(key, object);
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= MOST) return;
      this.#written.delete(oldest);
    }
  }
}

/**
 * Whether `a` is an earlier version than `b`. Versions of one resource are numbers that grow (guaranteed by
 * Kubernetes since 1.35, true of etcd before); text that is no number counts as the later one.
 */
function isOlder(a: VersionedObject, b: VersionedObject): boolean {
  const [first, second] = [a.metadata.resourceVersion ?? "", b.metadata.resourceVersion ?? ""];
  if (!/^[0-9]+$/.test(first) || !/^[0-9]+$/.test(second)) return false;
  return BigInt(first) < BigInt(second);
}
