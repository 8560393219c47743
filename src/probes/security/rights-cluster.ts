import type { KubeObject } from "../../api/object.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Binding, RoleRef } from "../../core/gate/rights/bindings.ts";
import type { PolicyRule } from "../../core/gate/rights/rule.ts";
import type { KubeClient } from "../../kube/client.ts";
import { resourceType } from "../../kube/resources.ts";
import { CALL, type ReadFailure } from "../candidate-cluster.ts";

/** What a comparison of rights reads of a cluster. */
export interface RightsCluster {
  /** RoleBindings of all namespaces and ClusterRoleBindings. */
  bindings(signal: AbortSignal): Promise<Result<readonly Binding[], ReadFailure>>;
  /** The rules of a Role of the namespace, or of a ClusterRole. Fails with the kind `notFound`. */
  rules(
    role: RoleRef,
    namespace: string,
    signal: AbortSignal,
  ): Promise<Result<readonly PolicyRule[], ReadFailure>>;
}

type Role = KubeObject & { readonly rules?: readonly PolicyRule[] | null };
const rbac = <T extends KubeObject>(kind: string, plural: string, namespaced: boolean) =>
  resourceType<T>({ group: "rbac.authorization.k8s.io", version: "v1", kind, plural, namespaced });
const BINDINGS = [
  rbac<Binding>("RoleBinding", "rolebindings", true),
  rbac<Binding>("ClusterRoleBinding", "clusterrolebindings", false),
];
const ROLES = rbac<Role>("Role", "roles", true);
const CLUSTER_ROLES = rbac<Role>("ClusterRole", "clusterroles", false);

export function kubeRightsCluster(client: KubeClient): RightsCluster {
  return {
    bindings: async (signal) => {
      const lists = await Promise.all(BINDINGS.map((type) => client.list(type, { deadline: CALL, signal })));
      const found: Binding[] = [];
      for (const list of lists) {
        if (!list.ok) return err(list.error);
        found.push(...list.value.items);
      }
      return ok(found);
    },
    rules: async ({ kind, name }, namespace, signal) => {
      const options = { deadline: CALL, signal };
      const role =
        kind === "Role"
          ? await client.get(ROLES, { namespace, name }, options)
          : await client.get(CLUSTER_ROLES, { name }, options);
      return role.ok ? ok(role.value.rules ?? []) : err(role.error);
    },
  };
}
