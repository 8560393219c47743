import type { Release } from "../../api/release.ts";
import { type Duration, seconds } from "../../base/duration.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import type { ResourceType } from "../../kube/resources.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { dropFinalizers } from "../install/finalizers.ts";
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

/** Takes Bascule out of the cluster. What it released goes on serving as it is: no route, Service or slot is touched. */
export async function uninstall(context: CommandContext, given: UninstallArguments): Promise<ExitCode> {
  const { ports, terminal, options, signal } = context;
  const namespace = options.namespace ?? SYSTEM_NAMESPACE;
  const all = renderInstall(await ports.manifests(), { image: "", namespace, args: [] });
  return withCluster(context, async (cluster) => {
    const releases = await everywhere(cluster, RELEASES);
    const active = releases.filter(isActive);
    if (active.length > 0 && !given.force) throw refusal(active);
    await endControllers(cluster, namespace, { timeout: given.timeout, signal });
    let freed = 0;
    for (const [type, objects] of [
      [RELEASES, releases],
      [PLANS, await everywhere(cluster, PLANS)],
    ] as const) {
      const dropped = await dropFinalizers(cluster, type, objects);
      if (!dropped.ok) throw dropped.error;
      freed += dropped.value;
    }
    const removed = await removeManifests(
      cluster,
      all.filter(({ kind }) => given.purge || !KEPT.has(kind)),
    );
    terminal.out(`removed ${removed.length} objects, and took Bascule's finalizers off ${freed}`);
    if (!given.purge)
      terminal.out(
        `plans, releases, their records, and namespace ${namespace} with passphrase and state are still there (--purge removes them)`,
      );
    return EXIT.ok;
  });
}

/** All objects of a kind; none where the kind itself is not there. */
async function everywhere<T extends KubeObject>(
  { client }: Cluster,
  type: ResourceType<T>,
): Promise<readonly T[]> {
  const listed = await client.list(type, { deadline: seconds(30) });
  if (listed.ok) return listed.value.items;
  if (listed.error.kind === "notFound") return [];
  throw listed.error;
}

/** Started and not at its end: traffic may be under way. */
const isActive = ({ status }: Release): boolean =>
  status?.phase !== undefined &&
  status.phase !== "Pending" &&
  !status.conditions?.some(({ type, status: said }) => type === "Finished" && said === "True");

function refusal(active: readonly Release[]): CliFailure {
  const names = active.slice(0, NAMED).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const more = active.length > NAMED ? ` and ${active.length - NAMED} more` : "";
  return new CliFailure(
    `${active.length === 1 ? "a release is" : `${active.length} releases are`} in progress: ${names.join(", ")}${more}; wait for the end, abort, or leave traffic as it is with --force`,
  );
}
