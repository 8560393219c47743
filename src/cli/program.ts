import { Command, CommanderError } from "commander";
import type { CliPorts } from "./command-context.ts";
import { declareAdopt } from "./declare/adopt.ts";
import { declareAnswer } from "./declare/answer.ts";
import { declareControl } from "./declare/control.ts";
import { declareInstall } from "./declare/install.ts";
import { declareLooks } from "./declare/looks.ts";
import { type GlobalValues, mergeGlobals, type Start, withGlobals } from "./declare/options.ts";
import { declareRecords } from "./declare/records.ts";
import { declareReleases } from "./declare/releases.ts";
import { declareStacks } from "./declare/stacks.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { reportFailure } from "./report-failure.ts";
import { openTerminal, type TextStream } from "./terminal.ts";

/** One run of the command line, with everything that it may touch. */
export interface CliRun {
  readonly args: readonly string[];
  readonly ports: CliPorts;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the person gives up. */
  readonly signal: AbortSignal;
}

const EXIT_CODES = `
Exit codes: 0 done, or the release is Completed; 1 error; 2 wrong usage; 3 Reverted or Failed; 4 Cancelled;
5 Superseded; 6 RevertFailed; 7 timeout; 8 no way to the cluster; 130 interrupted. Of verify: 9 failed; 10 inconclusive;
11 could not be measured; 12 reservations, with --strict.`;

/** Runs the command line once. Never throws; what went wrong is one line on stderr. @returns the exit code */
export async function runCli(run: CliRun): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const program = new Command("bascule");
  const start: Start = async (own, work) => {
    const options = mergeGlobals(program.opts<GlobalValues>(), own);
    const terminal = openTerminal({ ...run, colour: options.color });
    exit = await work({ ports: run.ports, terminal, options, signal: run.signal });
  };
  withGlobals(program)
    .description(
      "Releases services on Kubernetes: look, release, steer. Reads and writes with your own identity.",
    )
    .version(run.ports.version, "-V, --version", "print the version")
    .configureOutput({
      writeOut: (text) => void run.stdout.write(text),
      writeErr: (text) => void run.stderr.write(text),
      // Commander's own sentences become one line of ours.
      outputError: (text, write) => write(`bascule: ${text.replace(/^error: /, "")}`),
    })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", EXIT_CODES);
  declareLooks(program, start);
  declareReleases(program, start);
  declareControl(program, start);
  declareRecords(program, start);
  declareAnswer(program, start);
  declareAdopt(program, start);
  declareInstall(program, start);
  declareStacks(program, start);
  try {
    await program.parseAsync(run.args, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (run.signal.aborted) return EXIT.interrupted;
    const report = reportFailure(error);
    openTerminal({ ...run, colour: false }).err(`bascule: ${report.line}`);
    return report.exit;
  }
}
