import type { KubeObject } from "../kube/kube-object.ts";

type Raw = KubeObject & {
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
};

const head = (object: KubeObject, labels = true): KubeObject => {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(labels && object.metadata.labels !== undefined ? { labels: object.metadata.labels } : {}),
    },
  };
};

/** A pod with what tells why it is not ready. */
export function podOf(object: KubeObject): KubeObject {
  const { status } = object as Raw;
  const waiting = (list: unknown): unknown =>
    Array.isArray(list)
      ? list.map((c: { name?: string; state?: { waiting?: unknown } }) => ({
          name: c.name,
          state: c.state?.waiting === undefined ? {} : { waiting: c.state.waiting },
        }))
      : undefined;
  const conditions = Array.isArray(status?.conditions)
    ? status.conditions.filter((c: { type?: string }) => c.type === "PodScheduled")
    : [];
  return {
    ...head(object),
    status: {
      conditions,
      containerStatuses: waiting(status?.containerStatuses),
      initContainerStatuses: waiting(status?.initContainerStatuses),
    },
  } as KubeObject;
}

/** An EndpointSlice with the number of its ready endpoints. */
export function endpointsOf(object: KubeObject): KubeObject {
  const { endpoints } = object as KubeObject & {
    readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
  };
  const ready = (endpoints ?? []).filter((e) => e.conditions?.ready !== false).length;
  const { name, namespace, labels } = object.metadata;
  const service = labels?.["kubernetes.io/service-name"] ?? "";
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { service } },
    ready,
  } as KubeObject;
}

/** A Service with its selector, ports and address; annotations and labels stay, they fence its selector. */
export function serviceOf(object: KubeObject): KubeObject {
  const { spec } = object as Raw;
  const { annotations } = object.metadata;
  const base = head(object);
  return {
    ...base,
    metadata: { ...base.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { selector: spec?.selector, ports: spec?.ports, clusterIP: spec?.clusterIP, type: spec?.type },
  } as KubeObject;
}

/** A disruption budget with its selector. */
export const budgetOf = (object: KubeObject): KubeObject =>
  ({ ...head(object), spec: { selector: (object as Raw).spec?.selector } }) as KubeObject;

export const namespaceOf = (object: KubeObject): KubeObject =>
  ({ ...head(object, false), status: { phase: (object as Raw).status?.phase } }) as KubeObject;
