import type { Release } from "../../api/release.ts";
import type { ReleasePlan } from "../../api/release-plan.ts";
import { isFinal, phaseOf } from "../../core/plan/phases.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findPlanOrRelease } from "../find-object.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { PLANS, RELEASES } from "../resource-types.ts";
import { paintWith } from "../view/paint.ts";
import { PLAN_HEADER, planRow, renderPlan } from "../view/plan-view.ts";
import { renderRelease } from "../view/release-view.ts";
import { renderTable } from "../view/table.ts";

export interface StatusArguments {
  /** Plan or release; without it all plans of the namespace. */
  readonly name?: string | undefined;
  readonly allNamespaces: boolean;
}

/** Shows one plan, one release, or all plans. */
export function status(context: CommandContext, given: StatusArguments): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    if (given.name === undefined) await showAll(context, cluster, given.allNamespaces);
    else await showOne(context, cluster, await findPlanOrRelease(cluster, given.name));
    return EXIT.ok;
  });
}

async function showOne(
  { terminal, options }: CommandContext,
  cluster: Cluster,
  object: ReleasePlan | Release,
): Promise<void> {
  const { output = "table" } = options;
  if (output !== "table") return printObject(terminal, output, withoutManagedFields(object));
  const paint = paintWith(terminal.colour);
  const lines =
    object.kind === "Release"
      ? renderRelease(object, cluster.now(), paint)
      : renderPlan(
          object,
          releasesOf(object, await allReleases(cluster, object.metadata.namespace)),
          cluster.now(),
          paint,
        );
  for (const line of lines) terminal.out(line);
}

async function showAll(
  { terminal, options }: CommandContext,
  cluster: Cluster,
  everywhere: boolean,
): Promise<void> {
  const namespace = everywhere ? undefined : cluster.namespace;
  const [plans, releases] = await Promise.all([
    cluster.client.list(PLANS, { namespace }),
    allReleases(cluster, namespace),
  ]);
  if (!plans.ok) throw plans.error;
  const { items } = plans.value;
  const { output = "table" } = options;
  if (output !== "table") {
    const all = [...items, ...releases].map(withoutManagedFields);
    return printObject(terminal, output, { apiVersion: "v1", kind: "List", items: all });
  }
  if (items.length === 0) {
    terminal.out(everywhere ? "no plans in any namespace" : `no plans in namespace ${cluster.namespace}`);
    return;
  }
  const paint = paintWith(terminal.colour);
  const rows = items.map((plan) => {
    const row = planRow(
      plan,
      releasesOf(plan, releases).find((r) => inProgress(plan, r)),
      paint,
    );
    return everywhere ? [plan.metadata.namespace ?? "", ...row] : row;
  });
  for (const line of renderTable(everywhere ? ["NAMESPACE", ...PLAN_HEADER] : PLAN_HEADER, rows))
    terminal.out(line);
}

/** The release that the plan works on, or one that waits for its gates. */
const inProgress = (plan: ReleasePlan, release: Release): boolean =>
  plan.status?.activeRelease === undefined
    ? !isFinal(phaseOf(release))
    : plan.status.activeRelease === release.metadata.name;

const releasesOf = (plan: ReleasePlan, releases: readonly Release[]): readonly Release[] =>
  releases.filter(
    (r) => r.metadata.namespace === plan.metadata.namespace && r.spec.planRef.name === plan.metadata.name,
  );

async function allReleases(cluster: Cluster, namespace: string | undefined): Promise<readonly Release[]> {
  const answer = await cluster.client.list(RELEASES, { namespace });
  if (!answer.ok) throw answer.error;
  return answer.value.items;
}
