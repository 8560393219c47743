import type { Manifest } from "./manifest.ts";
import { CONTROLLER } from "./settings.ts";

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
export type RoleManifest = Manifest & { readonly rules?: readonly Rule[] };
export type BindingManifest = Manifest & {
  readonly roleRef?: { readonly kind: string; readonly name: string };
};

const RBAC = "rbac.authorization.k8s.io";
/** What no Role can give a right on. */
const OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  "clusterverificationtemplates",
  "gatewayclasses",
  "clusterroles",
  "clusterrolebindings",
]);

/** Whether the controller gets a right in every namespace by this. */
export const givesAll = ({ kind, subjects }: Manifest): boolean =>
  kind === "ClusterRoleBinding" && subjects?.some(({ name }) => name === CONTROLLER) === true;

/**
 * The installation of a controller that looks after some namespaces only: a Role in each of them in the place of everything that it has
 * a right to by a binding of the whole cluster. Definitions, admission policies and the roles of people stay as they are.
 */
export function inNamespaces(
  manifests: readonly Manifest[],
  namespaces: readonly string[],
): readonly Manifest[] {
  if (namespaces.length === 0) return manifests;
  const bindings = (manifests as readonly BindingManifest[]).filter(givesAll);
  const roleOf = ({ roleRef }: BindingManifest): RoleManifest => {
    const found = manifests.find((o) => o.kind === "ClusterRole" && o.metadata.name === roleRef?.name);
    if (found === undefined) throw new TypeError(`there is no ClusterRole ${roleRef?.name}`);
    return found;
  };
  const own = bindings.map(roleOf).filter(({ metadata }) => metadata.name === CONTROLLER);
  const left = manifests.filter((o) => !givesAll(o) && !own.includes(o));
  return [
    ...left,
    ...namespaces.flatMap((namespace) =>
      bindings.flatMap((binding) => [
        roleIn(namespace, binding, roleOf(binding)),
        bindingIn(namespace, binding),
      ]),
    ),
  ];
}

const metadataIn = (namespace: string, { metadata }: Manifest): Manifest["metadata"] => ({
  name: metadata.name,
  namespace,
  ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
});

const roleIn = (namespace: string, binding: Manifest, { rules = [] }: RoleManifest): RoleManifest => ({
  apiVersion: `${RBAC}/v1`,
  kind: "Role",
  metadata: metadataIn(namespace, binding),
  rules: rules.flatMap(narrowRule),
});

/** A namespace itself may be got by a Role in it; all of them can't be listed. */
function narrowRule(rule: Rule): readonly Rule[] {
  const resources = rule.resources.filter((resource) => !OF_THE_CLUSTER.has(resource));
  if (resources.length === 0) return [];
  const isNamespaces = resources.includes("namespaces");
  return [{ ...rule, resources, verbs: isNamespaces ? ["get"] : rule.verbs }];
}

const bindingIn = (namespace: string, binding: BindingManifest): BindingManifest => ({
  apiVersion: `${RBAC}/v1`,
  kind: "RoleBinding",
  metadata: metadataIn(namespace, binding),
  roleRef: { apiGroup: RBAC, kind: "Role", name: binding.metadata.name } as BindingManifest["roleRef"] &
    object,
  ...(binding.subjects === undefined ? {} : { subjects: binding.subjects }),
});
