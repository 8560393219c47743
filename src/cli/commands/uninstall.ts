import type { Release } from "../../api/release.ts";
import { type Duration, seconds } from "../../base/duration.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import type { ResourceType } from "../../kube/resources.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { readDeployed, watchedBy } from "../install/deployed.ts";
import { dropFinalizers } from "../install/finalizers.ts";
import { obsoletePrograms } from "../install/obsolete.ts";
import { othersWith } from "../install/others-rights.ts";
import { endControllers, removeManifests } from "../install/remove.ts";
import { renderInstall } from "../install/render.ts";
import { SYSTEM_NAMESPACE } from "../install/settings.ts";
import { PLANS, RELEASES } from "../resource-types.ts";

export interface UninstallArguments {
  /** Also while releases are in progress: they stay where they are, and nobody takes them back. */
  readonly force: boolean;
  /** The definitions too, and so every plan, release and record; and the namespace with passphrase and state. */
  readonly purge: boolean;
  readonly timeout: Duration;
}

const NAMED = 5;
/** Kinds that hold what people declared and what was recorded. */
const KEPT: ReadonlySet<string> = new Set([
  "Namespace",
  "CustomResourceDefinition",
  "ClusterVerificationTemplate",
]);

/** Kinds that other controllers of the cluster need too, where this one looked after some namespaces only. */
const SHARED: ReadonlySet<string> = new Set([
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ClusterRole",
]);

/** Takes Bascule out of the cluster. What it released goes on serving as it is: no route, Service or slot is touched. */
export async function uninstall(context: CommandContext, given: UninstallArguments): Promise<ExitCode> {
  const { ports, terminal, options, signal } = context;
  const namespace = options.namespace ?? SYSTEM_NAMESPACE;
  const manifests = await ports.manifests();
  return withCluster(context, async (cluster) => {
    const watchNamespaces = watchedBy(await readDeployed(cluster, namespace));
    const all = renderInstall(manifests, { image: "", namespace, watchNamespaces, args: [] });
    const others = await othersWith(cluster, all, namespace);
    if (others.length > 0) throw elsewhere(namespace, others);
    const everywhere = <T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]> =>
      listIn(cluster, type, watchNamespaces);
    const releases = await everywhere(RELEASES);
    const active = releases.filter(isActive);
    if (active.length > 0 && !given.force) throw refusal(active);
    await endControllers(cluster, namespace, { timeout: given.timeout, signal });
    let freed = 0;
    for (const [type, objects] of [
      [RELEASES, releases],
      [PLANS, await everywhere(PLANS)],
    ] as const) {
      const dropped = await dropFinalizers(cluster, type, objects);
      if (!dropped.ok) throw dropped.error;
      freed += dropped.value;
    }
    const ours = all.filter(
      ({ kind }) => given.purge || !(KEPT.has(kind) || (watchNamespaces.length > 0 && SHARED.has(kind))),
    );
    const programs = await obsoletePrograms(cluster, [], namespace);
    const removed = await removeManifests(cluster, [...ours, ...programs]);
    terminal.out(`removed ${removed.length} objects, and took Bascule's finalizers off ${freed}`);
    if (!given.purge)
      terminal.out(
        `plans, releases, their records, and namespace ${namespace} with passphrase and state are still there (--purge removes them)`,
      );
    return EXIT.ok;
  });
}

/** All objects of a kind that are this controller's; none where the kind itself is not there. */
async function listIn<T extends KubeObject>(
  { client }: Cluster,
  type: ResourceType<T>,
  namespaces: readonly string[],
): Promise<readonly T[]> {
  const found: T[] = [];
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
    const listed = await client.list(type, { namespace, deadline: seconds(30) });
    if (listed.ok) found.push(...listed.value.items);
    else if (listed.error.kind !== "notFound") throw listed.error;
  }
  return found;
}

/** Started and not at its end: traffic may be under way. */
const isActive = ({ status }: Release): boolean =>
  status?.phase !== undefined &&
  status.phase !== "Pending" &&
  !status.conditions?.some(({ type, status: said }) => type === "Finished" && said === "True");

/** With its rights and finalizers gone, a controller that runs on could neither go on nor take anything back. */
function elsewhere(namespace: string, others: readonly string[]): CliFailure {
  const [first] = others;
  return new CliFailure(
    `nothing was removed: what would be removed for namespace ${namespace} is of the controller in ${others.join(", ")}; uninstall that one with -n ${first}`,
  );
}

function refusal(active: readonly Release[]): CliFailure {
  const names = active.slice(0, NAMED).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const more = active.length > NAMED ? ` and ${active.length - NAMED} more` : "";
  return new CliFailure(
    `${active.length === 1 ? "a release is" : `${active.length} releases are`} in progress: ${names.join(", ")}${more}; wait for the end, abort, or leave traffic as it is with --force`,
  );
}
