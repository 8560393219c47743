import type { KubeObject } from "./kube-object.ts";
import type { StringPool } from "./string-pool.ts";

/**
 * What is kept of an object. It must keep `apiVersion`, `kind` and the name in `metadata`; everything else is
 * the caller's choice, and the smaller the better: memory grows with what a projection keeps.
 */
export type Projection<T extends KubeObject> = (object: KubeObject) => T;

/**
 * The object without `managedFields`, which no decision reads and which are a quarter of its size. Done before any
 * projection, so that none can let them through by passing `metadata` on whole.
 */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Keeps what is left. */
export const keepAll = <T extends KubeObject>(object: KubeObject): T => object as T;

/** What a reflector keeps of an object that it was sent, and that nobody else has. */
export const ingest = <T extends KubeObject>(
  settings: {
    readonly project: Projection<T>;
    readonly managedFields: boolean;
    readonly strings: StringPool;
  },
  object: KubeObject,
): T =>
  settings.strings.share(settings.project(settings.managedFields ? object : withoutManagedFields(object)));
