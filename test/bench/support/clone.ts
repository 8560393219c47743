import type { AnyObject } from "../../lab/kinds.ts";

/** Names and uids of the original, and what stands for each in the copy. */
export type Substitutes = ReadonlyMap<string, string>;

/**
 * A copy of an object under another name: every text in it that holds a name or uid of the original holds the
 * copy's. What the API server fills in is left out, and so are replicas: copies of a Deployment run nothing.
 */
export function cloneObject(object: AnyObject, substitutes: Substitutes): AnyObject {
  const { metadata, status: _, ...rest } = substitute(object, substitutes);
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = metadata;
  const kept = { name, namespace, labels, annotations, finalizers, ownerReferences };
  const copy = { ...rest, metadata: kept } as AnyObject;
  if (copy.kind === "Service") return { ...copy, spec: withoutAddresses(copy.spec) };
  if (copy.kind === "Deployment") return { ...copy, spec: { ...copy.spec, replicas: 0 } };
  return copy;
}

/** The status of the copy. */
export const cloneStatus = (object: AnyObject, substitutes: Substitutes): unknown =>
  substitute(object.status ?? {}, substitutes);

function substitute<T>(value: T, substitutes: Substitutes): T {
  let text = JSON.stringify(value);
  for (const [from, to] of substitutes) text = text.replaceAll(from, to);
  return JSON.parse(text) as T;
}

function withoutAddresses({ clusterIP: _, clusterIPs: __, ...spec }: AnyObject["spec"]): AnyObject["spec"] {
  return spec;
}
