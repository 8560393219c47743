/**
 * An API server in memory for one kind of object: resourceVersions, generations, managedFields of the rules,
 * JSON patches with 409 and 422, and a cache that may lag behind. For unit tests of the traffic adapters only.
 */
import { isDeepStrictEqual } from "node:util";
import { err, ok, type Result } from "../../../src/base/result.ts";
import type { PatchOp } from "../../../src/core/traffic/json-patch.ts";
import type { RouteMeta } from "../../../src/core/traffic/route-object.ts";
import type { AccessFailure, ObjectAccess } from "../../../src/traffic/object-access.ts";
import { applyJsonPatch } from "./json-patch.ts";

export interface StoredObject {
  readonly metadata: RouteMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export class MemoryApi<T extends StoredObject> implements ObjectAccess<T> {
  readonly #stored = new Map<string, T>();
  readonly #cached = new Map<string, T>();
  #version = 100;
  /** Whether the cache follows every write at once. */
  follows = true;
  /** Patches that reached the server, refused ones included. */
  patches: (readonly PatchOp[])[] = [];
  reads = 0;
  /** Runs before the next patch is applied, as somebody else's write would. */
  before: (() => Promise<void> | void)[] = [];
  /** Answers of the next requests in place of the server's. */
  failures: AccessFailure[] = [];

  get(namespace: string, name: string): T | undefined {
    return this.#cached.get(`${namespace}/${name}`);
  }

  stored(namespace: string, name: string): T | undefined {
    return this.#stored.get(`${namespace}/${name}`);
  }

  async read(namespace: string, name: string): Promise<Result<T, AccessFailure>> {
    this.reads++;
    const object = this.stored(namespace, name);
    return object === undefined ? err({ kind: "notFound", message: `"${name}" not found` }) : ok(object);
  }

  async patch(namespace: string, name: string, ops: readonly PatchOp[]): Promise<Result<T, AccessFailure>> {
    await this.before.shift()?.();
    this.patches.push(ops);
    const failure = this.failures.shift();
    if (failure !== undefined) return err(failure);
    const object = this.stored(namespace, name);
    if (object === undefined) return err({ kind: "notFound", message: `"${name}" not found` });
    const patched = applyJsonPatch(object, ops);
    if ("refused" in patched)
      return err({ kind: "invalid", message: `the server rejected our request: ${patched.refused}` });
    if (patched.metadata.resourceVersion !== object.metadata.resourceVersion)
      return err({ kind: "conflict", message: "the object has been modified" });
    return ok(this.put(patched, "bascule-traffic"));
  }

  /** Stores an object as somebody's write; the server's own members follow. */
  put(object: T, manager: string): T {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    const before = this.#stored.get(key);
    if (before !== undefined && isDeepStrictEqual(before, object)) return before;
    this.#version++;
    const sameSpec = before !== undefined && isDeepStrictEqual(before.spec, object.spec);
    const metadata = {
      ...object.metadata,
      resourceVersion: String(this.#version),
      generation: (before?.metadata.generation ?? 0) + (sameSpec ? 0 : 1),
      managedFields: sameSpec ? (before.metadata.managedFields ?? []) : [rulesOf(manager)],
    };
    const stored = { ...structuredClone(object), metadata };
    this.#stored.set(key, stored);
    if (this.follows) this.#cached.set(key, stored);
    return stored;
  }

  /** Changes the stored object in place, as a person, another program or a gateway does. */
  edit(namespace: string, name: string, manager: string, change: (object: T) => void): void {
    const object = this.stored(namespace, name);
    if (object === undefined) throw new Error(`no ${namespace}/${name}`);
    const copy = structuredClone(object);
    change(copy);
    this.put(copy, manager);
  }

  remove(namespace: string, name: string): void {
    this.#stored.delete(`${namespace}/${name}`);
    this.#cached.delete(`${namespace}/${name}`);
  }

  /** The cache catches up. */
  sync(): void {
    for (const [key, object] of this.#stored) this.#cached.set(key, object);
  }
}

const rulesOf = (manager: string) => ({
  manager,
  operation: "Update",
  time: "2026-01-01T00:00:00Z",
  fieldsV1: { "f:spec": { "f:rules": {} } },
});
