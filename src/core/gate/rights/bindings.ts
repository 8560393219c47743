import type { KubeObject } from "../../../api/object.ts";

export interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A RoleBinding, or a ClusterRoleBinding, which has no namespace. */
export interface Binding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

/** A service account by namespace and name. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** Groups of which every account is. */
const EVERYBODY = ["system:serviceaccounts", "system:authenticated"];
const DEFAULTS = "kubernetes.io/bootstrapping";

/**
 * Whether a binding gives its role to the account: by its name, as the user that it is, or as one of its groups.
 * What Kubernetes itself gives to everybody (discovery) is left out.
 */
export function binds({ subjects = [], metadata }: Binding, { namespace, name }: Account): boolean {
  const isDefault = metadata.labels?.[DEFAULTS] === "rbac-defaults";
  return subjects.some((subject) => {
    switch (subject.kind) {
      case "ServiceAccount":
        return subject.name === name && (subject.namespace ?? metadata.namespace) === namespace;
      case "User":
        return subject.name === `system:serviceaccount:${namespace}:${name}`;
      case "Group":
        if (EVERYBODY.includes(subject.name)) return !isDefault;
        return subject.name === `system:serviceaccounts:${namespace}`;
      default:
        return false;
    }
  });
}
