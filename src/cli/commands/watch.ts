import type { Release } from "../../api/release.ts";
import { type Duration, renderDuration } from "../../base/duration.ts";
import { isFinished, phaseOf } from "../../core/plan/phases.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-codes.ts";
import { findRelease } from "../find-object.ts";
import { type FollowEnd, followRelease } from "../follow-release.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { paintWith } from "../view/paint.ts";
import { statusLine, Timeline } from "../view/timeline.ts";

export interface WaitArguments {
  readonly release: string;
  readonly timeout: Duration;
  /** Print the transitions while they happen. */
  readonly timeline: boolean;
}

/** Waits for the end of a release; its exit code tells how it ended. */
export const wait = (context: CommandContext, given: WaitArguments): Promise<ExitCode> =>
  withCluster(context, async (cluster) => {
    const release = await findRelease(cluster, given.release);
    return waitFor(context, cluster, release, given);
  });

/** As `wait`, for a release that has been read already. */
export async function waitFor(
  context: CommandContext,
  cluster: Cluster,
  release: Release,
  given: Pick<WaitArguments, "timeout" | "timeline">,
): Promise<ExitCode> {
  const { terminal, signal, options } = context;
  const { output = "table" } = options;
  const timeline = new Timeline(paintWith(terminal.colour));
  // With -o json the result alone belongs to stdout.
  const print = (line: string): void => (output === "table" ? terminal.out(line) : terminal.err(line));
  let last = release;
  const showStatus = (): void => {
    if (given.timeline && output === "table" && !isFinished(phaseOf(last)))
      terminal.status(statusLine(last, cluster.now()));
  };
  const end = await followRelease({
    cluster,
    release,
    timeout: given.timeout,
    signal,
    onState(state) {
      last = state;
      if (given.timeline) for (const line of timeline.take(state, cluster.now())) print(line);
      showStatus();
    },
    onTick: showStatus,
  });
  terminal.status("");
  if (output !== "table") await printObject(terminal, output, withoutManagedFields(end.release));
  return conclude(context, end, given);
}

function conclude(
  { terminal, options }: CommandContext,
  end: FollowEnd,
  given: Pick<WaitArguments, "timeout" | "timeline">,
): ExitCode {
  const { name } = end.release.metadata;
  const { message = "" } = end.release.status ?? {};
  const phase = phaseOf(end.release);
  switch (end.kind) {
    case "finished":
      if ((options.output ?? "table") === "table" && !given.timeline)
        terminal.out(`release ${name} is ${phase}: ${message}`);
      return exitCodeOf(phase) ?? EXIT.error;
    case "gone":
      terminal.err(`bascule: release ${name} was deleted while it was ${phase}`);
      return EXIT.cancelled;
    case "timeout":
      terminal.err(
        `bascule: release ${name} is still ${phase} after ${renderDuration(given.timeout)} (${message}); it goes on, wait for longer with --timeout`,
      );
      return EXIT.timeout;
    case "interrupted":
      terminal.err(`bascule: no longer watching; release ${name} is ${phase} and goes on`);
      return EXIT.interrupted;
  }
}
