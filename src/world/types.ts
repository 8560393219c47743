import { GROUP, VERSION } from "../api/object.ts";
import { type ResourceType, resourceType } from "../kube/resources.ts";

const ours = (kind: string, plural: string, namespaced = true): ResourceType =>
  resourceType({ group: GROUP, version: VERSION, kind, plural, namespaced });
const theirs = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  namespaced = true,
): ResourceType => resourceType({ group, version, kind, plural, namespaced });

/** The resources that the controller watches or writes. */
export const TYPES = {
  plans: ours("ReleasePlan", "releaseplans"),
  releases: ours("Release", "releases"),
  verifications: ours("Verification", "verifications"),
  templates: ours("VerificationTemplate", "verificationtemplates"),
  clusterTemplates: ours("ClusterVerificationTemplate", "clusterverificationtemplates", false),
  deployments: theirs("apps", "v1", "Deployment", "deployments"),
  autoscalers: theirs("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  pods: theirs("", "v1", "Pod", "pods"),
  services: theirs("", "v1", "Service", "services"),
  endpoints: theirs("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
  budgets: theirs("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  namespaces: theirs("", "v1", "Namespace", "namespaces", false),
  routes: theirs("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
  gateways: theirs("gateway.networking.k8s.io", "v1", "Gateway", "gateways"),
  gatewayClasses: theirs("gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses", false),
} as const;
