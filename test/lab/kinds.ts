import type { KubeObject } from "../../src/kube/kube-object.ts";
import { type ResourceType, resourceType } from "../../src/kube/resources.ts";

/** An object whose shape is unknown beyond what every object has. */
export interface AnyObject extends KubeObject {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API server holds; callers look at single fields.
  readonly [member: string]: any;
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleBinding",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "APIService",
  "ClusterVerificationTemplate",
  "SelfSubjectReview",
  "SubjectAccessReview",
]);

/** Plural of a kind by the rules of English, which all kinds that the lab uses follow. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(lower) ? `${lower}es` : `${lower}s`;
}

/** The resource of an object, by its apiVersion and kind. */
export function typeOf(object: Pick<KubeObject, "apiVersion" | "kind">): ResourceType<AnyObject> {
  const [version = "", group = ""] = object.apiVersion.split("/").reverse();
  const { kind } = object;
  return resourceType({
    group,
    version,
    kind,
    plural: pluralOf(kind),
    namespaced: !CLUSTER_SCOPED.has(kind),
  });
}

const kind = (apiVersion: string, name: string): ResourceType<AnyObject> =>
  typeOf({ apiVersion, kind: name });

/** The resources that tests name. */
export const KIND = {
  plan: kind("bascule.dev/v1alpha1", "ReleasePlan"),
  release: kind("bascule.dev/v1alpha1", "Release"),
  verification: kind("bascule.dev/v1alpha1", "Verification"),
  namespace: kind("v1", "Namespace"),
  node: kind("v1", "Node"),
  pod: kind("v1", "Pod"),
  service: kind("v1", "Service"),
  configMap: kind("v1", "ConfigMap"),
  deployment: kind("apps/v1", "Deployment"),
  autoscaler: kind("autoscaling/v2", "HorizontalPodAutoscaler"),
  route: kind("gateway.networking.k8s.io/v1", "HTTPRoute"),
  endpointSlice: kind("discovery.k8s.io/v1", "EndpointSlice"),
  apiService: kind("apiregistration.k8s.io/v1", "APIService"),
  crd: kind("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
} as const;
