import { seconds } from "../../base/duration.ts";
import type { ResourceType } from "../../kube/resources.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { readDeployed, watchedBy } from "./deployed.ts";
import { typeOfManifest } from "./kinds.ts";
import type { BindingManifest } from "./namespaced.ts";
import { CONTROLLER } from "./settings.ts";

const BINDINGS = ["ClusterRoleBinding", "RoleBinding"].map(
  (kind) =>
    typeOfManifest({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind,
    }) as ResourceType<BindingManifest>,
);
const LOOK = { labelSelector: "app.kubernetes.io/part-of=bascule", deadline: seconds(15) };

/** A controller in another namespace, and what it looks after; no namespaces: all of them. */
export interface OtherController {
  readonly namespace: string;
  readonly watches: readonly string[];
}

/**
 * Controllers elsewhere that look after some of the same namespaces: both would act on the same plans. They are known by the rights
 * that they have; who may not read these is told of none. @throws KubeError when something else than a right is missing
 */
export async function otherControllers(
  cluster: Cluster,
  own: string,
  watches: readonly string[],
): Promise<readonly OtherController[]> {
  const homes = new Set<string>();
  for (const type of BINDINGS) {
    const found = await cluster.client.list(type, LOOK);
    if (!found.ok && found.error.kind !== "forbidden") throw found.error;
    // What it has in its own namespace is its Lease and its states.
    for (const { metadata, subjects = [] } of found.ok ? found.value.items : [])
      for (const { name, namespace = own } of subjects)
        if (name === CONTROLLER && namespace !== metadata.namespace) homes.add(namespace);
  }
  homes.delete(own);
  const others: OtherController[] = [];
  for (const namespace of [...homes].sort()) {
    const deployed = await readDeployed(cluster, namespace);
    const theirs = watchedBy(deployed);
    if (deployed !== undefined && overlap(watches, theirs)) others.push({ namespace, watches: theirs });
  }
  return others;
}

/** Whether both look after a namespace; none named: all. */
const overlap = (ours: readonly string[], theirs: readonly string[]): boolean =>
  ours.length === 0 || theirs.length === 0 || ours.some((name) => theirs.includes(name));

export const renderOther = ({ namespace, watches }: OtherController): string =>
  `the controller in ${namespace} looks after ${watches.length === 0 ? "all namespaces" : watches.join(", ")}`;

/** @throws CliFailure before anything is changed, where another controller would be at work on the same plans */
export async function demandAlone(cluster: Cluster, own: string, watches: readonly string[]): Promise<void> {
  const others = await otherControllers(cluster, own, watches);
  if (others.length === 0) return;
  throw new CliFailure(
    `${others.map(renderOther).join("; ")}: two would act on the same plans. Uninstall that one, ` +
      "give each its own --watch-namespace, or insist with --force; nothing was changed",
  );
}
