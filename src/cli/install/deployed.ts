import { seconds } from "../../base/duration.ts";
import type { Cluster } from "../cluster.ts";
import { DEPLOYMENTS, type DeploymentObject } from "../resource-types.ts";
import { CONTROLLER } from "./settings.ts";

/** The controller's Deployment as it is in the cluster. */
export interface Deployed extends DeploymentObject {
  readonly spec?: NonNullable<DeploymentObject["spec"]> & {
    readonly template?: {
      readonly spec?: { readonly containers?: readonly { readonly args?: readonly string[] }[] };
    };
  };
}

/** What is installed in a namespace; undefined where nothing is. @throws KubeError when that can't be read */
export async function readDeployed({ client }: Cluster, namespace: string): Promise<Deployed | undefined> {
  const found = await client.get(DEPLOYMENTS, { namespace, name: CONTROLLER }, { deadline: seconds(15) });
  if (found.ok) return found.value as Deployed;
  if (found.error.kind === "notFound") return undefined;
  throw found.error;
}

/** Values of an argument of the controller, as it was given. */
export const argumentOf = (deployed: Deployed | undefined, name: string): readonly string[] => {
  const all = deployed?.spec?.template?.spec?.containers?.flatMap(({ args = [] }) => args) ?? [];
  const prefix = `--${name}=`;
  return all.filter((arg) => arg.startsWith(prefix)).map((arg) => arg.slice(prefix.length));
};

/** The only namespaces that it looks after; none: all of them. */
export const watchedBy = (deployed: Deployed | undefined): readonly string[] =>
  argumentOf(deployed, "watch-namespace").flatMap((names) => names.split(","));
