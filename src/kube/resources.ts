import type { KubeObject, ObjectRef } from "./kube-object.ts";

/** A resource of the API as its paths need it. `T` is the type of its objects and exists for the compiler only. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly __object?: T;
}

export const resourceType = <T extends KubeObject = KubeObject>(type: ResourceType<T>): ResourceType<T> =>
  type;

/** `apps/v1`, or `v1` for the core group. */
export const apiVersionOf = (type: ResourceType): string =>
  type.group === "" ? type.version : `${type.group}/${type.version}`;

/** How metrics, logs and messages call it: `deployments.apps`, `pods`. */
export const resourceName = (type: ResourceType): string =>
  type.group === "" ? type.plural : `${type.plural}.${type.group}`;

/** Path of the collection: of one namespace, or of the whole cluster without one. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  if (namespace === undefined) return `${root}/${type.plural}`;
  if (!type.namespaced) throw new TypeError(`${type.kind} is cluster-scoped; leave the namespace out`);
  return `${root}/namespaces/${segment(namespace, "namespace")}/${type.plural}`;
}

/**
 * Path of one object or one of its subresources.
 * @throws TypeError when name or namespace is missing or could leave the path (a mistake in the caller).
 */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && !ref.namespace) throw new TypeError(`${type.kind} "${ref.name}" needs a namespace`);
  const collection = collectionPath(type, type.namespaced ? ref.namespace : undefined);
  const path = `${collection}/${segment(ref.name, "name")}`;
  return subresource === undefined ? path : `${path}/${segment(subresource, "subresource")}`;
}

/** `.` and `..` survive percent-encoding and would be folded away by URL parsing; the server decodes an encoded slash. */
function segment(text: string, what: string): string {
  if (text === "" || text === "." || text === ".." || text.includes("/"))
    throw new TypeError(`"${text}" is no ${what}`);
  return encodeURIComponent(text);
}
