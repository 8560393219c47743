import type { KubeObject, ObjectRef } from "./kube-object.ts";
import type { ReadStore } from "./object-store.ts";

/** Stores of several namespaces, read as one. */
export class MergedStore<T extends KubeObject> implements ReadStore<T> {
  readonly #stores: ReadonlyMap<string, ReadStore<T>>;

  constructor(stores: ReadonlyMap<string, ReadStore<T>>) {
    this.#stores = stores;
  }

  get size(): number {
    return this.#all().reduce((sum, store) => sum + store.size, 0);
  }

  get(ref: ObjectRef): T | undefined {
    return this.#stores.get(ref.namespace ?? "")?.get(ref);
  }

  list(namespace?: string): readonly T[] {
    if (namespace !== undefined) return this.#stores.get(namespace)?.list() ?? [];
    return this.#all().flatMap((store) => store.list());
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#all().flatMap((store) => store.byIndex(index, value));
  }

  #all(): readonly ReadStore<T>[] {
    return [...this.#stores.values()];
  }
}
