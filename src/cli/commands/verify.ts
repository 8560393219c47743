import type { Verification } from "../../api/verification.ts";
import { type Duration, renderDuration, seconds } from "../../base/duration.ts";
import { sectionOf } from "../../core/record/vsr/sections.ts";
import { CliFailure, usageFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { codeOf } from "../code-of.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode, exitCodeOfVerification } from "../exit-codes.ts";
import { type FollowObjectEnd, followObject } from "../follow-object.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { type NewVerification, readVerification } from "../read-verification.ts";
import { VERIFICATIONS } from "../resource-types.ts";
import type { VerifyOutput } from "../verify-outputs.ts";
import { paintWith } from "../view/paint.ts";
import {
  countVerdicts,
  renderResults,
  VerificationProgress,
  verificationLine,
} from "../view/verification-view.ts";

export interface VerifyArguments {
  readonly file: string;
  readonly service?: string;
  readonly timeout: Duration;
  readonly output: VerifyOutput;
  /** File for JUnit XML, beside what is printed. */
  readonly junit?: string;
  /** Delete the Verification at the end, whatever the end. */
  readonly remove: boolean;
  /** Reservations are no success. */
  readonly strict: boolean;
}

const DEADLINE = seconds(15);

/** Creates a Verification, waits for its end, and prints what it came to. */
export async function verify(context: CommandContext, given: VerifyArguments): Promise<ExitCode> {
  const wanted = await readFile(context, given);
  return withCluster(context, async (cluster) => {
    const made = await create(cluster, wanted);
    const { name, namespace } = made.metadata;
    say(context, given)(`verification ${name} created in namespace ${namespace}`);
    try {
      const end = await follow(context, cluster, made, given);
      await print(context, end.object, given);
      return conclude(context, end, given);
    } finally {
      if (given.remove) await remove(context, cluster, made);
    }
  });
}

async function readFile(
  { ports, options }: CommandContext,
  given: VerifyArguments,
): Promise<NewVerification> {
  const { file: path, service } = given;
  let text: string;
  try {
    text = await ports.readText(path);
  } catch (cause) {
    throw usageFailure(`-f: ${path} can't be read (${codeOf(cause)})`, cause);
  }
  return readVerification({
    ...{ path, text },
    ...(service === undefined ? {} : { service }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  });
}

async function create(cluster: Cluster, wanted: NewVerification): Promise<Verification> {
  const metadata = { namespace: cluster.namespace, ...wanted.metadata };
  // The server gives the name where there is none.
  const object = { ...wanted, metadata } as Verification;
  const answer = await cluster.client.create(VERIFICATIONS, object, {
    fieldValidation: "Strict",
    deadline: DEADLINE,
  });
  if (answer.ok) return answer.value;
  if (answer.error.kind !== "alreadyExists") throw answer.error;
  throw new CliFailure(
    `Verification ${metadata.name} is there already, and runs once; delete it, or leave metadata.name out to get a new name each time`,
    EXIT.error,
    answer.error,
  );
}

async function follow(
  context: CommandContext,
  cluster: Cluster,
  made: Verification,
  given: VerifyArguments,
): Promise<FollowObjectEnd<Verification>> {
  const { terminal, signal } = context;
  const { output, timeout } = given;
  const progress = new VerificationProgress(paintWith(terminal.colour));
  let last = made;
  const show = (): void => {
    if (output === "table" && !isFinished(last)) terminal.status(verificationLine(last, cluster.now()));
  };
  const end = await followObject({
    ...{ cluster, type: VERIFICATIONS, object: made, isFinished, timeout, signal },
    onState(state) {
      last = state;
      for (const line of progress.take(state, cluster.now())) say(context, given)(line);
      show();
    },
    onTick: show,
  });
  terminal.status("");
  return end;
}

/** With another form the result alone belongs to stdout. */
const say =
  ({ terminal }: CommandContext, { output }: VerifyArguments) =>
  (line: string): void =>
    output === "table" ? terminal.out(line) : terminal.err(line);

const isFinished = ({ status }: Verification): boolean => status?.finishedAt !== undefined;

async function print(
  { terminal, ports }: CommandContext,
  verification: Verification,
  { output, junit, strict }: VerifyArguments,
): Promise<void> {
  const renderJunit = async (): Promise<string> =>
    (await ports.reports()).renderJunit(sectionOf(verification), {
      namespace: verification.metadata.namespace ?? "default",
      strict,
    });
  if (output === "junit") terminal.out((await renderJunit()).trimEnd());
  else if (output !== "table") await printObject(terminal, output, withoutManagedFields(verification));
  else for (const line of renderResults(verification, paintWith(terminal.colour))) terminal.out(line);
  if (junit === undefined) return;
  try {
    await ports.writeText(junit, await renderJunit());
  } catch (cause) {
    throw new CliFailure(`--junit: ${junit} can't be written (${codeOf(cause)})`, EXIT.error, cause);
  }
}

function conclude(
  { terminal }: CommandContext,
  { kind, object }: FollowObjectEnd<Verification>,
  { output, timeout, remove, strict }: VerifyArguments,
): ExitCode {
  const { name, namespace } = object.metadata;
  const phase = object.status?.phase;
  const state = phase === undefined ? "not yet seen by a controller" : `${phase}, ${countVerdicts(object)}`;
  const goesOn = remove ? "" : `; it goes on: kubectl get verification ${name} -n ${namespace}`;
  switch (kind) {
    case "finished":
      if (output === "table") terminal.out(`verification ${name} is ${state}`);
      return exitCodeOfVerification(phase, { strict });
    case "gone":
      terminal.err(`bascule: verification ${name} was deleted while it was ${state}`);
      return EXIT.cancelled;
    case "timeout":
      terminal.err(
        `bascule: verification ${name} has not ended after ${renderDuration(timeout)} (${state})${goesOn}`,
      );
      return EXIT.timeout;
    case "interrupted":
      terminal.err(`bascule: no longer waiting for verification ${name} (${state})${goesOn}`);
      return EXIT.interrupted;
  }
}

/** Nothing of how the command ends depends on it: what could not be removed is told. */
async function remove(
  { terminal }: CommandContext,
  cluster: Cluster,
  { metadata }: Verification,
): Promise<void> {
  const { name, namespace, uid } = metadata;
  const answer = await cluster.client.delete(VERIFICATIONS, { name, namespace }, { uid, deadline: DEADLINE });
  if (!answer.ok && answer.error.kind !== "notFound")
    terminal.err(`bascule: --rm: verification ${name} could not be removed: ${answer.error.message}`);
}
