import { type Command, InvalidArgumentError, Option } from "commander";
import { type Duration, readDuration } from "../../base/duration.ts";
import { readShare } from "../../core/gate/share-text.ts";
import { type GlobalOptions, OUTPUT_FORMATS } from "../cluster.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-codes.ts";

/** Global options as commander hands them over: `--no-color` makes `color` false. */
export type GlobalValues = GlobalOptions & { readonly color?: boolean };

/** Runs a command's work with the options of the command line. */
export type Start = (
  own: GlobalValues,
  work: (context: CommandContext) => Promise<ExitCode>,
) => Promise<void>;

/** Where the cluster is: for commands whose result has forms of its own. */
export const withAccess = (command: Command): Command =>
  command
    .option(
      "--kubeconfig <file>",
      "kubeconfig; default: KUBECONFIG, the pod's service account, ~/.kube/config",
    )
    .option("--context <name>", "context of the kubeconfig")
    .option("-n, --namespace <name>", "namespace; default: the context's")
    .option("--no-color", "no colours; so does the variable NO_COLOR");

/** Every command takes the global options, before or after its name. */
export const withGlobals = (command: Command): Command =>
  withAccess(command).addOption(
    new Option("-o, --output <format>", "form of the result; default: table").choices(OUTPUT_FORMATS),
  );

/** What stands after the command's name wins. */
export const mergeGlobals = (
  before: GlobalValues,
  own: GlobalValues,
): GlobalOptions & { readonly color: boolean } => ({
  ...before,
  ...own,
  color: before.color !== false && own.color !== false,
});

/** A subcommand with the global options. */
export const subcommand = (program: Command, usage: string, summary: string): Command =>
  withGlobals(program.command(usage).description(summary));

export function durationOption(text: string): Duration {
  try {
    return readDuration(text);
  } catch (cause) {
    throw new InvalidArgumentError(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Requests a second. */
export function rateOption(text: string): number {
  const rate = Number(text);
  if (!(rate > 0 && rate <= 1e9)) throw new InvalidArgumentError("give a number above 0");
  return rate;
}

/** A share as a fraction. */
export function shareOption(text: string): number {
  const share = readShare(text);
  if (share === undefined) throw new InvalidArgumentError("give a share such as 0.01 or 1%");
  return share;
}

/** A reason is kept in the record, so it says something and has an end. */
export function reasonOption(text: string): string {
  const reason = text.trim();
  if (reason === "") throw new InvalidArgumentError("say why; it is kept in the record");
  if (reason.length > 1_024) throw new InvalidArgumentError("at most 1024 characters");
  return reason;
}

/** For options that may be given several times. */
export const collect = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  text,
];
