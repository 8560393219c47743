import type { KubeObject } from "../api/object.ts";
import { GROUP, VERSION } from "../api/object.ts";
import type { Release } from "../api/release.ts";
import type { ReleasePlan } from "../api/release-plan.ts";
import type { Verification } from "../api/verification.ts";
import type { SegmentObject } from "../core/record/segment.ts";
import { resourceType } from "../kube/resources.ts";

const ours = { group: GROUP, version: VERSION, namespaced: true } as const;

/** Objects come as the API server has them: it checked the spec, and only the controller writes the status. */
export const PLANS = resourceType<ReleasePlan>({ ...ours, kind: "ReleasePlan", plural: "releaseplans" });
export const RELEASES = resourceType<Release>({ ...ours, kind: "Release", plural: "releases" });
export const VERIFICATIONS = resourceType<Verification>({
  ...ours,
  kind: "Verification",
  plural: "verifications",
});

export interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}
export const SELF_SUBJECT_REVIEWS = resourceType<SelfSubjectReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  namespaced: false,
});

export interface ResourceQuota extends KubeObject {
  readonly spec?: { readonly scopes?: readonly string[]; readonly scopeSelector?: object };
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}
export const RESOURCE_QUOTAS = resourceType<ResourceQuota>({
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  namespaced: true,
});

export const CONFIG_MAPS = resourceType<SegmentObject>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

export interface NetworkPolicy extends KubeObject {
  readonly spec?: {
    readonly podSelector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[];
      }[];
    };
  };
}
export const NETWORK_POLICIES = resourceType<NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  namespaced: true,
});

export interface DeploymentObject extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}
export const DEPLOYMENTS = resourceType<DeploymentObject>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string };
}
export interface PodObject extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}
export const PODS = resourceType<PodObject>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
});
