import type { Answer } from "../../api/checks/manual.ts";
import { MARK } from "../../api/object.ts";
import type { Verification } from "../../api/verification.ts";
import { seconds } from "../../base/duration.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkName, findRelease } from "../find-object.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { VERIFICATIONS } from "../resource-types.ts";
import { whoAmI } from "../who-am-i.ts";

const DEADLINE = seconds(15);
/** The controller writes the status meanwhile; each such write makes ours a conflict. */
const TRIES = 5;

export interface AnswerArguments {
  /** A verification, or a release whose verification asks. */
  readonly name: string;
  readonly check: string;
  readonly verdict: Answer["verdict"];
  readonly reason: string;
}

/** Answers a manual check under the name of the person who runs the command. */
export function answer(context: CommandContext, given: AnswerArguments): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const { name } = (await findAsking(cluster, given)).metadata;
    const by = await whoAmI(cluster);
    const { verification, fresh } = await write(cluster, name, { ...given, by });
    const { output = "table" } = context.options;
    const said = `verification ${name}: ${given.check} answered with ${given.verdict}`;
    if (output !== "table") await printObject(context.terminal, output, withoutManagedFields(verification));
    else context.terminal.out(fresh ? said : `${said} already, nothing to do`);
    return EXIT.ok;
  });
}

const isAsking = ({ spec, status }: Verification, check: string): boolean =>
  status?.finishedAt === undefined &&
  spec.checks.some(({ name, manual }) => name === check && manual !== undefined);

/** The verification of that name, or the one of the release of that name that asks now. @throws CliFailure */
async function findAsking(cluster: Cluster, { name, check }: AnswerArguments): Promise<Verification> {
  const { namespace } = cluster;
  const found = await cluster.client.get(VERIFICATIONS, {
    namespace,
    name: checkName(name, "verification or release"),
  });
  if (found.ok) {
    if (isAsking(found.value, check)) return found.value;
    throw new CliFailure(`verification ${name} has ended, or has no manual check "${check}"`);
  }
  if (found.error.kind !== "notFound") throw found.error;
  const release = await findRelease(cluster, name);
  const labelSelector = `${MARK.release}=${release.metadata.name}`;
  const list = await cluster.client.list(VERIFICATIONS, { namespace, labelSelector, deadline: DEADLINE });
  if (!list.ok) throw list.error;
  const asking = list.value.items.find((verification) => isAsking(verification, check));
  if (asking !== undefined) return asking;
  throw new CliFailure(
    `no verification of release ${name} asks "${check}" now; "bascule status ${name} -n ${namespace}" shows what it waits for`,
  );
}

/** Adds the answer to those that stand. What stands is never reworded: admission would refuse it. */
async function write(
  cluster: Cluster,
  name: string,
  { check, verdict, reason, by }: AnswerArguments & { readonly by: string },
): Promise<{ readonly verification: Verification; readonly fresh: boolean }> {
  const ref = { name, namespace: cluster.namespace };
  for (let attempt = 1; ; attempt++) {
    const read = await cluster.client.get(VERIFICATIONS, ref, { deadline: DEADLINE });
    if (!read.ok) throw read.error;
    const { metadata, spec } = read.value;
    const answers = spec.answers ?? [];
    const standing = answers.find((known) => known.check === check);
    if (standing?.by === by && standing.verdict === verdict)
      return { verification: read.value, fresh: false };
    if (standing !== undefined)
      throw new CliFailure(
        `"${check}" was answered with ${standing.verdict} by ${standing.by}: ${standing.reason}; an answer stays as it was given`,
      );
    const { uid, resourceVersion } = metadata;
    const patch = {
      metadata: { uid, resourceVersion },
      spec: { answers: [...answers, { check, verdict, reason, by }] },
    };
    const written = await cluster.client.mergePatch(VERIFICATIONS, ref, patch, {
      deadline: DEADLINE,
      fieldValidation: "Strict",
    });
    if (written.ok) return { verification: written.value, fresh: true };
    if (written.error.kind !== "conflict" || attempt === TRIES) throw written.error;
  }
}
