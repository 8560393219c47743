import type { ReleasePlan } from "../../api/release-plan.ts";
import { seconds } from "../../base/duration.ts";
import { type AdoptionLevel, finishLevel } from "../adoption-level.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findPlan } from "../find-object.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { PLANS } from "../resource-types.ts";
import { whoAmI } from "../who-am-i.ts";

export interface AdoptArguments {
  readonly plan: string;
  /** Default: the Service that the plan's status names. */
  readonly service?: string | undefined;
  readonly reason: string;
  /** The API server checks it and stores nothing. */
  readonly dryRun: boolean;
}

/** Asks for the end of an adoption: the former Service becomes the plan's entry. The controller does it. */
export function finishAdoption(context: CommandContext, given: AdoptArguments): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const plan = await findPlan(cluster, given.plan);
    const { observed } = await context.ports.observe({ cluster, plan: given.plan, programs: [] });
    const level = finishLevel(observed, given.service);
    const after = level.kind === "write" ? await write(cluster, plan, level.service, given) : plan;
    const { output = "table" } = context.options;
    if (output !== "table") await printObject(context.terminal, output, withoutManagedFields(after));
    else for (const line of sentences(given, level)) context.terminal.out(line);
    if (level.kind === "write")
      for (const warning of level.warnings) context.terminal.err(`bascule: ${warning}`);
    return EXIT.ok;
  });
}

function sentences({ plan, dryRun }: AdoptArguments, level: AdoptionLevel): readonly string[] {
  if (level.kind === "already") return [`plan ${plan}: nothing to do, ${level.said}`];
  const head = dryRun
    ? `plan ${plan}: would be asked to finish its adoption (dry run)`
    : `plan ${plan}: asked to finish its adoption; "bascule status ${plan}" tells when it is done`;
  return [head, ...level.effects.map((effect) => `  ${effect}`)];
}

async function write(
  cluster: Cluster,
  plan: ReleasePlan,
  service: string,
  { reason, dryRun }: AdoptArguments,
): Promise<ReleasePlan> {
  const { name, namespace, uid } = plan.metadata;
  const by = await whoAmI(cluster);
  const patch = { metadata: { uid }, spec: { traffic: { finishAdoption: { service, by, reason } } } };
  const options = { deadline: seconds(15), fieldValidation: "Strict", dryRun } as const;
  const written = await cluster.client.mergePatch(PLANS, { name, namespace }, patch, options);
  if (written.ok) return written.value;
  if (written.error.kind !== "conflict") throw written.error;
  throw new CliFailure(
    `plan ${name} was deleted and made again meanwhile; look at it and try again`,
    EXIT.error,
    written.error,
  );
}
