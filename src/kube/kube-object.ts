export type { KubeObject, ObjectMeta, OwnerReference } from "../api/object.ts";

/** Points to one object of a known resource; cluster-scoped objects have no namespace. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** `namespace/name`, or `name` for a cluster-scoped object. */
export type ObjectKey = string & { readonly __brand: "ObjectKey" };

export const objectKey = (ref: ObjectRef): ObjectKey =>
  (ref.namespace === undefined || ref.namespace === ""
    ? ref.name
    : `${ref.namespace}/${ref.name}`) as ObjectKey;
export const keyOf = (object: { readonly metadata: ObjectRef }): ObjectKey => objectKey(object.metadata);
