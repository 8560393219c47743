export type { KubeObject, ObjectMeta, OwnerReference } from "../api/object.ts";

/** Points to one object of a known resource; cluster-scoped objects have no namespace. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** `namespace/name`, or `name` for a cluster-scoped object. */
export type ObjectKey = string & { readonly __brand: "ObjectKey" };

/** Joined, because what a template makes stays a chain of its parts in memory, and a key is kept for as long as its object. */
export const objectKey = (ref: ObjectRef): ObjectKey =>
  (ref.namespace === undefined || ref.namespace === ""
    ? ref.name
    : [ref.namespace, ref.name].join("/")) as ObjectKey;
export const keyOf = (object: { readonly metadata: ObjectRef }): ObjectKey => objectKey(object.metadata);
