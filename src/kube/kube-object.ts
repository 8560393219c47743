/** What every object of the API carries. Raw JSON; times stay the strings that the server sent. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
  readonly generateName?: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

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
