import type { Command } from "commander";
import { type Duration, hours } from "../../base/duration.ts";
import { durationOption, type GlobalValues, type Start, subcommand } from "./options.ts";

/** Bounds of `watch` and `wait`: nothing waits for ever. */
const WATCH_TIMEOUT = hours(24);
const WAIT_TIMEOUT = hours(1);

/** Commands that look and change nothing. */
export function declareLooks(program: Command, start: Start): void {
  subcommand(program, "status [name]", "show all plans, one plan or one release")
    .alias("get")
    .option("-A, --all-namespaces", "plans of all namespaces")
    .action((name: string | undefined, o: GlobalValues & { allNamespaces?: boolean }) =>
      start(o, async (context) =>
        (await import("../commands/status.ts")).status(context, {
          name,
          allNamespaces: o.allNamespaces === true,
        }),
      ),
    );
  const waiting = (
    usage: string,
    summary: string,
    timeout: Duration,
    timeline: boolean,
    bound: string,
  ): Command =>
    subcommand(program, usage, summary)
      .option(
        "--timeout <duration>",
        `stop waiting after this time; the release goes on; default: ${bound}`,
        durationOption,
      )
      .action((release: string, o: GlobalValues & { timeout?: Duration }) =>
        start(o, async (context) =>
          (await import("../commands/watch.ts")).wait(context, {
            release,
            timeout: o.timeout ?? timeout,
            timeline,
          }),
        ),
      );
  waiting(
    "watch <release>",
    "follow a release to its end, one line for each transition",
    WATCH_TIMEOUT,
    true,
    "24h",
  );
  waiting(
    "wait <release>",
    "wait for the end of a release; the exit code tells it",
    WAIT_TIMEOUT,
    false,
    "1h",
  );
  subcommand(program, "journal <release>", "print a release's journal and check its chain of hashes")
    .alias("logs")
    .action((release: string, o: GlobalValues) =>
      start(o, async (context) => (await import("../commands/journal.ts")).journal(context, release)),
    );
}
