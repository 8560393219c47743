import { MARK } from "../api/object.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import type { EndpointPort, ReadyEndpoint } from "../ports/endpoints.ts";
import { records } from "./records.ts";

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
      ? records<{ name?: string; state?: { waiting?: unknown } }>(list).map((c) => ({
          name: c.name,
          state: c.state?.waiting === undefined ? {} : { waiting: c.state.waiting },
        }))
      : undefined;
  const conditions = records<{ type?: string }>(status?.conditions).filter((c) => c.type === "PodScheduled");
  return {
    ...head(object),
    status: {
      conditions,
      containerStatuses: waiting(status?.containerStatuses),
      initContainerStatuses: waiting(status?.initContainerStatuses),
    },
  } as KubeObject;
}

/** A Verification; once it has ended, what it came to, without its checks and the judge's memory. */
export function verificationOf(object: KubeObject): KubeObject {
  const { spec, status } = object as Raw;
  if (status?.finishedAt === undefined) return object;
  const { checks: _, answers: __, ...asked } = spec ?? {};
  const results = records<Record<string, unknown>>(status.results).map(
    ({ memory: _memory, evidence: _evidence, ...result }) => result,
  );
  const { phase, startedAt, finishedAt } = status;
  return { ...object, spec: asked, status: { phase, startedAt, finishedAt, results } } as KubeObject;
}

/** A route with the field managers of its rules and no other. */
export function routeOf(object: KubeObject): KubeObject {
  const { managedFields } = object.metadata;
  if (managedFields === undefined) return object;
  const ofRules = records<WrittenFields>(managedFields).flatMap((entry) =>
    entry.fieldsV1?.["f:spec"]?.["f:rules"] === undefined
      ? []
      : [{ ...entry, fieldsV1: { "f:spec": { "f:rules": {} } } }],
  );
  return { ...object, metadata: { ...object.metadata, managedFields: ofRules } };
}

interface WrittenFields {
  readonly fieldsV1?: { readonly "f:spec"?: { readonly "f:rules"?: unknown } };
}

interface SliceEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

interface SlicePort {
  readonly name?: string;
  readonly port?: number;
}

/** An EndpointSlice as it is kept. */
export type KeptSlice = KubeObject & {
  /** Who is ready: uids of pods, or addresses of endpoints that are none. */
  readonly ready: readonly string[];
  /** Where each of them answers, in the same order. */
  readonly at: readonly { readonly address: string; readonly pod?: string }[];
  readonly ports: readonly EndpointPort[];
};

/** An EndpointSlice with its ready endpoints. */
export function endpointsOf(object: KubeObject): KubeObject {
  const { endpoints, ports } = object as KubeObject & {
    readonly endpoints?: readonly SliceEndpoint[] | null;
    readonly ports?: readonly SlicePort[] | null;
  };
  // A condition that is not known counts as true, says the API.
  const ready = records<SliceEndpoint>(endpoints).filter((e) => e.conditions?.ready !== false);
  const { name, namespace, labels } = object.metadata;
  const service = labels?.["kubernetes.io/service-name"] ?? "";
  const kept: KeptSlice = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { service } },
    ready: ready.map((e) => e.targetRef?.uid ?? e.addresses?.[0] ?? ""),
    at: ready.map(({ addresses, targetRef }) => ({
      address: addresses?.[0] ?? "",
      ...(targetRef?.kind === "Pod" && targetRef.name !== undefined ? { pod: targetRef.name } : {}),
    })),
    ports: records<SlicePort>(ports).flatMap(({ name = "", port }) =>
      port === undefined ? [] : [{ name, port }],
    ),
  };
  return kept;
}

/**
 * Number of ready endpoints in a Service's slices, each once: a dual-stack Service has a slice for each address
 * family, and while slices are rewritten an endpoint may stand in two.
 */
export const countReady = (slices: readonly KubeObject[]): number =>
  new Set(slices.flatMap((slice) => (slice as KeptSlice).ready)).size;

/** The ready endpoints in a Service's slices, each once; of a dual-stack Service by the first address. */
export function readyIn(slices: readonly KubeObject[]): readonly ReadyEndpoint[] {
  const found = new Map<string, ReadyEndpoint>();
  for (const { ready, at, ports } of slices as readonly KeptSlice[])
    for (const [i, who] of ready.entries()) {
      const endpoint = at[i];
      if (endpoint !== undefined && endpoint.address !== "" && !found.has(who))
        found.set(who, { ...endpoint, ports });
    }
  return [...found.values()];
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

/** A Deployment with what tells its size, its release, its ports and how far it is. */
export function deploymentOf(object: KubeObject): KubeObject {
  const { spec, status } = object as Raw;
  const base = head(object);
  const { generation } = object.metadata;
  const template = spec?.template as
    | {
        readonly metadata?: { readonly labels?: unknown };
        readonly spec?: { readonly containers?: readonly { readonly ports?: unknown }[] };
      }
    | undefined;
  const containers = records<{ readonly ports?: unknown }>(template?.spec?.containers).flatMap(({ ports }) =>
    ports === undefined ? [] : [{ ports: records(ports) }],
  );
  const { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas } = status ?? {};
  const conditions = records<{ type?: string }>(status?.conditions).filter(
    (c) => c.type === "ReplicaFailure",
  );
  return {
    ...base,
    metadata: { ...base.metadata, ...(generation === undefined ? {} : { generation }) },
    spec: {
      replicas: spec?.replicas,
      template: {
        metadata: { labels: template?.metadata?.labels },
        ...(containers.length === 0 ? {} : { spec: { containers } }),
      },
    },
    status: { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas, conditions },
  } as KubeObject;
}

/** An autoscaler with its bounds, what we noted about them, and its target. */
export function autoscalerOf(object: KubeObject): KubeObject {
  const { spec } = object as Raw;
  const { minReplicas, maxReplicas, scaleTargetRef } = spec ?? {};
  const base = head(object);
  const noted = [MARK.floor, MARK.declaredFloor].flatMap((key) => {
    const value = object.metadata.annotations?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    ...base,
    metadata: { ...base.metadata, ...(noted.length === 0 ? {} : { annotations: Object.fromEntries(noted) }) },
    spec: { minReplicas, maxReplicas, scaleTargetRef },
  } as KubeObject;
}
