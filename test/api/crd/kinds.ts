import { KINDS } from "../../../src/api/crd/kinds.ts";
import { GROUP, VERSION } from "../../../src/api/object.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { type ResourceType, resourceType } from "../../../src/kube/resources.ts";

/** An object read from YAML: shape unknown beyond what every object has. */
export interface AnyObject extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const type = (group: string, kind: string, plural: string, namespaced: boolean, version = "v1") =>
  resourceType<AnyObject>({ group, version, kind, plural, namespaced });

const OURS = KINDS.map(({ kind, plural, scope }) =>
  type(GROUP, kind, plural, scope === "Namespaced", VERSION),
);
const THEIRS = [
  type("", "Namespace", "namespaces", false),
  type("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false),
  type("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false),
  type(
    "admissionregistration.k8s.io",
    "ValidatingAdmissionPolicyBinding",
    "validatingadmissionpolicybindings",
    false,
  ),
  type("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false),
  type("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true),
];

/** The resource of an object by its kind. */
export function typeOf(kind: string): ResourceType<AnyObject> {
  const found = [...OURS, ...THEIRS].find((candidate) => candidate.kind === kind);
  if (!found) throw new Error(`no resource is known for the kind ${kind}`);
  return found;
}

/** Puts a namespaced object into `namespace`; others stay as they are. */
export const inside = (namespace: string, object: AnyObject): AnyObject =>
  typeOf(object.kind).namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
