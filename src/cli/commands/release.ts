import { MARK } from "../../api/object.ts";
import type { Release } from "../../api/release.ts";
import { type Duration, seconds } from "../../base/duration.ts";
import { sameJson } from "../../base/json.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findPlan, findRelease } from "../find-object.ts";
import { newRelease, type PackageOptions, readPackage, readValues, releaseName } from "../package-options.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { RELEASES } from "../resource-types.ts";
import { waitFor } from "./watch.ts";

export interface ReleaseArguments extends PackageOptions {
  readonly plan: string;
  readonly wait: boolean;
  readonly timeout: Duration;
  /** The API server checks everything and stores nothing. */
  readonly dryRun: boolean;
}

/** Creates a release of a plan. One that is there already with the same package is not an error, so CI may retry. */
export async function release(context: CommandContext, given: ReleaseArguments): Promise<ExitCode> {
  const { valuesFile } = given;
  const values = valuesFile === undefined ? undefined : await readValues(valuesFile, context.ports.readText);
  const pkg = readPackage(given, values);
  return withCluster(context, async (cluster) => {
    const plan = await findPlan(cluster, given.plan);
    const { namespace } = cluster;
    const name = given.name ?? releaseName(plan.metadata.name, pkg.version);
    const wanted = newRelease({ namespace, plan: plan.metadata.name, name }, pkg);
    const labelled = {
      ...wanted,
      metadata: { ...wanted.metadata, labels: { [MARK.plan]: plan.metadata.name } },
    };
    const { made, release: stands } = await create(cluster, labelled, given.dryRun);
    const { output = "table" } = context.options;
    const waits = given.wait && !given.dryRun;
    if (output !== "table" && !waits)
      await printObject(context.terminal, output, withoutManagedFields(stands));
    if (output === "table") context.terminal.out(sentence(stands, made, given.dryRun));
    return waits ? waitFor(context, cluster, stands, { timeout: given.timeout, timeline: true }) : EXIT.ok;
  });
}

function sentence(release: Release, made: boolean, dryRun: boolean): string {
  const { name } = release.metadata;
  const what = `of plan ${release.spec.planRef.name}, version ${release.spec.package.version}`;
  if (!made) return `release ${name} ${what}, is there already with the same package; nothing created`;
  return dryRun ? `release ${name} ${what}, would be created (dry run)` : `release ${name} ${what}, created`;
}

async function create(
  cluster: Cluster,
  wanted: Release,
  dryRun: boolean,
): Promise<{ readonly made: boolean; readonly release: Release }> {
  const answer = await cluster.client.create(RELEASES, wanted, {
    fieldValidation: "Strict",
    dryRun,
    deadline: seconds(15),
  });
  if (answer.ok) return { made: true, release: answer.value };
  if (answer.error.kind !== "alreadyExists") throw answer.error;
  const stands = await findRelease(cluster, wanted.metadata.name);
  const same =
    stands.spec.planRef.name === wanted.spec.planRef.name &&
    sameJson(stands.spec.package, wanted.spec.package) &&
    stands.metadata.deletionTimestamp === undefined;
  if (same) return { made: false, release: stands };
  throw new CliFailure(
    `release ${wanted.metadata.name} is there already with another package or plan, and a name runs once; choose another --name or --version`,
    EXIT.error,
    answer.error,
  );
}
