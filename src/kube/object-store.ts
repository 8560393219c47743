import { type KubeObject, keyOf, type ObjectKey, type ObjectRef, objectKey } from "./kube-object.ts";

/** Names under which an object can be looked up, for instance its plan's key. */
export type Indexer<T> = (object: T) => readonly string[];

/** What changed in a store, told to handlers once each. */
export type Change<T> =
  /** `initial`: it was there when the reflector first listed, so nothing has happened to it. */
  | { readonly kind: "added"; readonly object: T; readonly initial: boolean }
  | { readonly kind: "updated"; readonly before: T; readonly object: T }
  | { readonly kind: "deleted"; readonly object: T };

/** Reading access to a reflector's objects. What it returns is shared: never change it. */
export interface ReadStore<T> {
  readonly size: number;
  get(ref: ObjectRef): T | undefined;
  list(namespace?: string): readonly T[];
  /** @throws TypeError for an index that was not declared */
  byIndex(index: string, value: string): readonly T[];
}

/** One object with what is needed to compare it, whatever a projection left of it. */
export interface Entry<T> {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly version: string;
  readonly object: T;
}

/** What stands under one value of an index: most often a single key, and a set costs more than what it holds. */
type Keys = ObjectKey | Set<ObjectKey>;

const keysIn = (keys: Keys | undefined): readonly ObjectKey[] =>
  keys === undefined ? [] : typeof keys === "string" ? [keys] : [...keys];

export class ObjectStore<T extends KubeObject> implements ReadStore<T> {
  readonly #entries = new Map<ObjectKey, Entry<T>>();
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  readonly #indexes = new Map<string, Map<string, Keys>>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#entries.size;
  }

  get(ref: ObjectRef): T | undefined {
    return this.#entries.get(objectKey(ref))?.object;
  }

  list(namespace?: string): readonly T[] {
    const all = Array.from(this.#entries.values(), (entry) => entry.object);
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  byIndex(index: string, value: string): readonly T[] {
    const values = this.#indexes.get(index);
    if (!values) throw new TypeError(`no index "${index}"; declare it in the reflector's indexers`);
    return keysIn(values.get(value)).flatMap((key) => this.#entries.get(key)?.object ?? []);
  }

  versionOf(key: ObjectKey): string | undefined {
    return this.#entries.get(key)?.version;
  }

  /** Every key with its version; for comparing with a fresh list. */
  *versions(): Generator<readonly [ObjectKey, string]> {
    for (const [key, entry] of this.#entries) yield [key, entry.version];
  }

  /** Puts an object in. The same version again is no change; another object of that name is a deletion and an addition. */
  put(entry: Entry<T>, initial = false): readonly Change<T>[] {
    const old = this.#entries.get(entry.key);
    if (old && old.uid === entry.uid && old.version === entry.version) return [];
    const changes: Change<T>[] = old && old.uid !== entry.uid ? [...this.remove(entry.key)] : [];
    const before = this.#entries.get(entry.key)?.object;
    if (before) this.#unindex(entry.key, before);
    this.#entries.set(entry.key, entry);
    this.#index(entry.key, entry.object);
    const { object } = entry;
    changes.push(before ? { kind: "updated", before, object } : { kind: "added", object, initial });
    return changes;
  }

  /** Takes an object out; `last` is its final state where the server told it. */
  remove(key: ObjectKey, last?: T): readonly Change<T>[] {
    const old = this.#entries.get(key);
    if (!old) return [];
    this.#unindex(key, old.object);
    this.#entries.delete(key);
    return [{ kind: "deleted", object: last ?? old.object }];
  }

  /** Becomes equal to a list, and says exactly what differed. Deletions come first, so that names are free again. */
  *replace(list: readonly Entry<T>[], initial: boolean): Generator<Change<T>> {
    const kept = new Set(list.map((entry) => entry.key));
    for (const key of [...this.#entries.keys()]) if (!kept.has(key)) yield* this.remove(key);
    for (const entry of list) yield* this.put(entry, initial);
  }

  #index(key: ObjectKey, object: T): void {
    for (const [name, values] of this.#indexes)
      for (const value of this.#indexers[name]?.(object) ?? []) {
        const keys = values.get(value);
        if (keys === undefined) values.set(value, key);
        else if (typeof keys !== "string") keys.add(key);
        else if (keys !== key) values.set(value, new Set([keys, key]));
      }
  }

  #unindex(key: ObjectKey, object: T): void {
    for (const [name, values] of this.#indexes)
      for (const value of this.#indexers[name]?.(object) ?? []) {
        const keys = values.get(value);
        if (keys === key) values.delete(value);
        else if (keys !== undefined && typeof keys !== "string" && keys.delete(key) && keys.size === 0)
          values.delete(value);
      }
  }
}

/** The entry of an object as it came, and as it is to be kept. */
export const entryOf = <T extends KubeObject>(raw: KubeObject, object: T): Entry<T> => ({
  key: keyOf(raw),
  uid: raw.metadata.uid ?? "",
  version: raw.metadata.resourceVersion ?? "",
  object,
});
