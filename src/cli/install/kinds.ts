import { GROUP } from "../../api/object.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import { type ResourceType, resourceType } from "../../kube/resources.ts";

interface Kind {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const RBAC = "rbac.authorization.k8s.io";

/** Kinds of which an installation consists, in the order in which they are applied: what others need comes first. */
const KINDS: Readonly<Record<string, Kind>> = {
  Namespace: { group: "", plural: "namespaces", namespaced: false },
  CustomResourceDefinition: {
    group: "apiextensions.k8s.io",
    plural: "customresourcedefinitions",
    namespaced: false,
  },
  ValidatingAdmissionPolicy: {
    group: "admissionregistration.k8s.io",
    plural: "validatingadmissionpolicies",
    namespaced: false,
  },
  ValidatingAdmissionPolicyBinding: {
    group: "admissionregistration.k8s.io",
    plural: "validatingadmissionpolicybindings",
    namespaced: false,
  },
  ClusterRole: { group: RBAC, plural: "clusterroles", namespaced: false },
  ClusterRoleBinding: { group: RBAC, plural: "clusterrolebindings", namespaced: false },
  Role: { group: RBAC, plural: "roles", namespaced: true },
  RoleBinding: { group: RBAC, plural: "rolebindings", namespaced: true },
  ServiceAccount: { group: "", plural: "serviceaccounts", namespaced: true },
  ConfigMap: { group: "", plural: "configmaps", namespaced: true },
  Secret: { group: "", plural: "secrets", namespaced: true },
  Service: { group: "", plural: "services", namespaced: true },
  NetworkPolicy: { group: "networking.k8s.io", plural: "networkpolicies", namespaced: true },
  PodDisruptionBudget: { group: "policy", plural: "poddisruptionbudgets", namespaced: true },
  ClusterVerificationTemplate: { group: GROUP, plural: "clusterverificationtemplates", namespaced: false },
  Deployment: { group: "apps", plural: "deployments", namespaced: true },
};

const ORDER = Object.keys(KINDS);

/** The resource of an object of an installation. @throws TypeError for a kind that no installation has */
export function typeOfManifest({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): ResourceType {
  const known = KINDS[kind];
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  if (known?.group !== group) throw new TypeError(`${apiVersion} ${kind} is no part of an installation`);
  return resourceType({ ...known, version, kind });
}

/** In the order in which they can be applied; deleted in the reverse order. */
export const inOrder = <T extends KubeObject>(objects: readonly T[]): readonly T[] =>
  [...objects].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
