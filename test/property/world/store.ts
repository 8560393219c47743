/** The API server's objects, and the controller's cache of them, which may lag behind. */
import type { KubeObject, ObjectMeta } from "../../../src/api/object.ts";
import { renderInstant } from "../../../src/base/instant.ts";
import { sameJson } from "../../../src/base/json.ts";
import { type Restore, saveFields, saveMap, together } from "./restore.ts";
import type { Simulation } from "./simulation.ts";

/** An object of any kind, as it is stored. */
export type Stored = KubeObject & { readonly spec?: unknown; readonly status?: unknown };
export type Kind = "plans" | "releases" | "verifications" | "routes" | "services" | "configMaps";

interface Entry {
  truth: Stored | undefined;
  cached: Stored | undefined;
}

export interface StoreOptions {
  readonly sim: Simulation;
  /** Milliseconds until a change of this kind made now reaches the cache. */
  readonly delay: (kind: Kind) => number;
  /** The cache has changed. */
  readonly onDelivery: (kind: Kind) => void;
  readonly onChange: (kind: Kind, before: Stored | undefined, after: Stored | undefined) => void;
}

export class Store {
  readonly #options: StoreOptions;
  readonly #entries = new Map<string, Entry>();
  #version = 100;
  #uids = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  get(kind: Kind, name: string): Stored | undefined {
    return this.#entries.get(`${kind}/${name}`)?.truth;
  }

  cached(kind: Kind, name: string): Stored | undefined {
    return this.#entries.get(`${kind}/${name}`)?.cached;
  }

  list(kind: Kind): readonly Stored[] {
    return this.#all(kind, "truth");
  }

  listCached(kind: Kind): readonly Stored[] {
    return this.#all(kind, "cached");
  }

  #all(kind: Kind, what: keyof Entry): readonly Stored[] {
    const found: Stored[] = [];
    for (const [key, entry] of this.#entries) {
      const object = key.startsWith(`${kind}/`) ? entry[what] : undefined;
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  create(kind: Kind, object: Stored): Stored {
    const metadata: ObjectMeta = {
      ...object.metadata,
      namespace: "default",
      uid: `uid-${object.metadata.name}-${++this.#uids}`,
      creationTimestamp: renderInstant(this.#options.sim.now()),
      generation: 1,
    };
    return this.#write(kind, { ...object, metadata });
  }

  /** Replaces an object; the generation follows the spec, as on the API server. */
  put(kind: Kind, object: Stored): Stored {
    const before = this.get(kind, object.metadata.name);
    if (before !== undefined && sameJson(before, object)) return before;
    const specChanged = before !== undefined && !sameJson(before.spec, object.spec);
    const generation = (before?.metadata.generation ?? 1) + (specChanged ? 1 : 0);
    return this.#write(kind, { ...object, metadata: { ...object.metadata, generation } });
  }

  edit(kind: Kind, name: string, change: (object: Stored) => Stored): Stored | undefined {
    const before = this.get(kind, name);
    return before === undefined ? undefined : this.put(kind, change(structuredClone(before)));
  }

  /** Deletes, or marks as deleted while finalizers are left. */
  remove(kind: Kind, name: string): void {
    const object = this.get(kind, name);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = renderInstant(this.#options.sim.now());
    this.#write(kind, { ...object, metadata: { ...object.metadata, deletionTimestamp } });
  }

  /** A fresh list, as after a restart. */
  relist(): void {
    for (const entry of this.#entries.values()) entry.cached = entry.truth;
  }

  save(): Restore {
    const entries = [...this.#entries.values()].map((entry) => saveFields(entry, ["truth", "cached"]));
    const [version, uids] = [this.#version, this.#uids];
    const putBack = () => {
      this.#version = version;
      this.#uids = uids;
    };
    return together([saveMap(this.#entries), ...entries, putBack]);
  }

  #write(kind: Kind, object: Stored): Stored {
    const { name, deletionTimestamp, finalizers } = object.metadata;
    const key = `${kind}/${name}`;
    const entry = this.#entries.get(key) ?? { truth: undefined, cached: undefined };
    this.#entries.set(key, entry);
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    const stored = deepFreeze(JSON.parse(JSON.stringify({ ...object, metadata })) as Stored);
    const before = entry.truth;
    const gone = deletionTimestamp !== undefined && (finalizers ?? []).length === 0;
    entry.truth = gone ? undefined : stored;
    this.#options.onChange(kind, before, entry.truth);
    const after = entry.truth;
    const version = this.#version;
    const what = ["deliver", kind, name, after] as const;
    this.#options.sim.after(this.#options.delay(kind), what, () =>
      this.#deliver(kind, entry, after, version),
    );
    return stored;
  }

  /** A watch event: an older one than what the cache has says nothing new. */
  #deliver(kind: Kind, entry: Entry, object: Stored | undefined, version: number): void {
    if (entry.cached !== undefined && Number(entry.cached.metadata.resourceVersion) > version) return;
    if (object === undefined && entry.truth !== undefined) return;
    entry.cached = object;
    this.#options.onDelivery(kind);
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
