import { MARK } from "../../api/object.ts";
import { readRaised } from "./floors.ts";
import type { AutoscalerObservation, WorkloadObservation } from "./observed.ts";

/** The members of a Deployment that are read; everything may be missing on a young object. */
export interface DeploymentObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: { readonly containers?: readonly { readonly ports?: readonly ContainerPort[] }[] };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly StatusCondition[];
  };
}

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
}

interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface AutoscalerObject {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
}

export interface PodObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly conditions?: readonly StatusCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** Waiting reasons that do not pass by themselves. */
const STUCK = new Set([
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "ErrImagePull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/** Reads a Deployment of a slot with its autoscaler and pods. */
export function readWorkload(
  deployment: DeploymentObject,
  autoscalers: readonly AutoscalerObject[],
  pods: readonly PodObject[],
): WorkloadObservation {
  const { metadata, spec, status } = deployment;
  const desired = spec?.replicas ?? 1;
  const release = spec?.template?.metadata?.labels?.[MARK.release];
  const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const updated = status?.updatedReplicas ?? 0;
  const current =
    seen &&
    updated >= desired &&
    (status?.replicas ?? 0) === updated &&
    (status?.availableReplicas ?? 0) >= desired;
  const scaler = autoscalers.find(
    (a) => a.spec?.scaleTargetRef?.kind === "Deployment" && a.spec.scaleTargetRef.name === metadata.name,
  );
  const portNames = portNamesOf(deployment);
  const problem = deploymentProblem(deployment) ?? podProblem(pods, release);
  return {
    kind: "Deployment",
    name: metadata.name,
    ...(release === undefined ? {} : { release }),
    desired,
    ready: status?.readyReplicas ?? 0,
    current,
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    ...(scaler === undefined ? {} : { autoscaler: readAutoscaler(scaler) }),
    ...(portNames === undefined ? {} : { portNames }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function readAutoscaler({ metadata, spec }: AutoscalerObject): AutoscalerObservation {
  const { name, annotations, resourceVersion } = metadata;
  const declared = annotations?.[MARK.declaredFloor];
  const raised = readRaised(annotations?.[MARK.floor]);
  return {
    name,
    minReplicas: spec?.minReplicas ?? 1,
    maxReplicas: spec?.maxReplicas ?? 1,
    ...(declared !== undefined && /^\d+$/.test(declared) ? { declared: Number(declared) } : {}),
    ...(raised === undefined ? {} : { raised }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function portNamesOf({ spec }: DeploymentObject): WorkloadObservation["portNames"] {
  const ports = (spec?.template?.spec?.containers ?? []).flatMap((c) => c.ports ?? []);
  const named = ports.flatMap((p) => (p.name === undefined ? [] : [[p.name, p.containerPort] as const]));
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

function deploymentProblem(deployment: DeploymentObject): WorkloadObservation["problem"] {
  const failure = deployment.status?.conditions?.find(
    (c) => c.type === "ReplicaFailure" && c.status === "True",
  );
  if (failure === undefined) return undefined;
  return { reason: failure.reason ?? "ReplicaFailure", message: (failure.message ?? "").slice(0, 300) };
}

function podProblem(pods: readonly PodObject[], release: string | undefined): WorkloadObservation["problem"] {
  for (const pod of pods) {
    if (release !== undefined && pod.metadata.labels?.[MARK.release] !== release) continue;
    const problem = stuckContainer(pod) ?? unschedulable(pod);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function stuckContainer(pod: PodObject): WorkloadObservation["problem"] {
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const container of all) {
    const waiting = container.state?.waiting;
    if (waiting?.reason === undefined || !STUCK.has(waiting.reason)) continue;
    const detail = waiting.message ?? "";
    return {
      reason: waiting.reason,
      message: `container ${container.name} of ${pod.metadata.name} ${detail}`.slice(0, 300),
    };
  }
  return undefined;
}

function unschedulable(pod: PodObject): WorkloadObservation["problem"] {
  const scheduled = pod.status?.conditions?.find((c) => c.type === "PodScheduled" && c.status === "False");
  if (scheduled?.reason !== "Unschedulable") return undefined;
  return {
    reason: "Unschedulable",
    message: `${pod.metadata.name}: ${scheduled.message ?? ""}`.slice(0, 300),
  };
}
