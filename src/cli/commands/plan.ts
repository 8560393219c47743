import type { PackageSpec } from "../../api/common.ts";
import type { ReleasePlan } from "../../api/release-plan.ts";
import { renderInstant } from "../../base/instant.ts";
import { usageFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, type PlanObservation, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findPlan } from "../find-object.ts";
import { type Forecast, forecast, metricsOf, readyOf } from "../forecast.ts";
import { newRelease, type PackageOptions, readPackage, readValues, releaseName } from "../package-options.ts";
import { printObject } from "../print-object.ts";
import { needOf, quotaWarnings, type SlotNeed } from "../quota.ts";
import { RELEASES } from "../resource-types.ts";
import { type TrafficOptions, trafficFor } from "../traffic-options.ts";
import { renderForecast } from "../view/forecast-view.ts";
import { paintWith } from "../view/paint.ts";

export interface PlanArguments extends PackageOptions, TrafficOptions {
  readonly plan: string;
  readonly programs: readonly string[];
}

/** Says what a release of this package would do, step by step. Writes nothing. */
export function plan(context: CommandContext, given: PlanArguments): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const found = await findPlan(cluster, given.plan);
    const pkg = await packageFor(context, cluster, found, given);
    const name = given.name ?? releaseName(given.plan, pkg.version);
    const made = newRelease({ namespace: cluster.namespace, plan: given.plan, name }, pkg);
    const metadata = { ...made.metadata, uid: "supposed", creationTimestamp: renderInstant(cluster.now()) };
    const supposed = { ...made, metadata };
    const observation = await context.ports.observe({
      cluster,
      plan: given.plan,
      supposed,
      programs: given.programs,
    });
    const quota = await quotaWarnings(cluster, slotNeed(observation, supposed.metadata.name));
    const metrics = metricsOf(observation, supposed);
    const traffic = await trafficFor(context, metrics, given);
    const answer: Forecast = forecast(observation, supposed, quota, traffic);
    const { output = "table" } = context.options;
    if (output !== "table") await printObject(context.terminal, output, answer);
    else
      for (const line of renderForecast(answer, paintWith(context.terminal.colour)))
        context.terminal.out(line);
    return EXIT.ok;
  });
}

/** What the candidate's slot would need more than now, at 100 %. */
function slotNeed(observation: PlanObservation, name: string): SlotNeed {
  const { observed, pods } = observation;
  const release = observed.releases.find((r) => r.metadata.name === name);
  if (release === undefined) return { pods: 0, open: [] };
  const { live, slot } = forecast(observation, release, []);
  const whole = Math.max(observed.plan.spec.capacity.replicas, readyOf(observed, live));
  return needOf(pods, whole, slot === "blue" || slot === "green" ? observed.slots[slot].workloads : []);
}

/** The package that was named; without an image that of the plan, or what is live, with other version or values. */
async function packageFor(
  context: CommandContext,
  cluster: Cluster,
  found: ReleasePlan,
  given: PlanArguments,
): Promise<PackageSpec> {
  const { valuesFile } = given;
  const values = valuesFile === undefined ? undefined : await readValues(valuesFile, context.ports.readText);
  if (given.image !== undefined) return readPackage(given, values);
  const base = found.spec.package ?? (await livePackage(cluster, found));
  if (base === undefined)
    throw usageFailure(
      `--image: plan ${given.plan} has no spec.package and nothing live to start from; name the image to release`,
    );
  return {
    ...base,
    ...(given.version === undefined ? {} : { version: given.version }),
    ...(values === undefined ? {} : { values: { ...values } }),
  };
}

async function livePackage(cluster: Cluster, found: ReleasePlan): Promise<PackageSpec | undefined> {
  const { liveSlot, slots } = found.status ?? {};
  const name = liveSlot === "blue" || liveSlot === "green" ? slots?.[liveSlot]?.release : undefined;
  if (name === undefined) return undefined;
  const answer = await cluster.client.get(RELEASES, { namespace: cluster.namespace, name });
  return answer.ok ? answer.value.spec.package : undefined;
}
