import type { Release } from "../../api/release.ts";
import { between, readInstant } from "../../base/instant.ts";
import type { JournalReport } from "../../core/record/verify.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findRelease } from "../find-object.ts";
import { printObject } from "../print-object.ts";
import { readJournal, tellProblems } from "../read-journal.ts";
import { paintWith } from "../view/paint.ts";
import { renderTable } from "../view/table.ts";
import { renderSpan } from "../view/time.ts";

/** Prints a release's whole journal and checks it: each entry is there, and fits the one before. Else exit code 1. */
export function journal(context: CommandContext, name: string): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const release = await findRelease(cluster, name);
    const { kept, report } = await readJournal(cluster, release);
    const { entries, segments, problems } = report;
    const whole = problems.length === 0;
    const { output = "table" } = context.options;
    if (output === "table") printTable(context, release, report);
    else {
      const { head, count } = kept;
      const printed = { release: name, whole, problems, head, count, segments, entries };
      await printObject(context.terminal, output, printed);
    }
    if (whole) return EXIT.ok;
    tellProblems(context.terminal, name, problems);
    return EXIT.error;
  });
}

function printTable({ terminal }: CommandContext, release: Release, report: JournalReport): void {
  const { entries, segments } = report;
  const kept = release.status?.journal;
  if (kept === undefined || entries.length === 0) {
    terminal.out(`release ${release.metadata.name} has no journal yet`);
    return;
  }
  const paint = paintWith(terminal.colour);
  const start = readInstant(release.status?.startedAt ?? entries[0]?.at ?? "");
  const rows = entries.map((e) => {
    const at = readInstant(e.at);
    const elapsed = at === undefined || start === undefined ? "" : `+${renderSpan(between(start, at))}`;
    return [e.at, elapsed, e.from, e.to, e.reason, e.by ?? "", e.message ?? ""];
  });
  for (const line of renderTable(["AT", "ELAPSED", "FROM", "TO", "REASON", "BY", "MESSAGE"], rows))
    terminal.out(line);
  const from = segments.length === 0 ? "" : `, the older ones in ${segments.join(", ")}`;
  const missing = kept.count - entries.length;
  const cut = missing === 0 ? "" : `, ${missing} are not there`;
  terminal.out(paint.faint(`${entries.length} entries${from}${cut}; head ${kept.head}`));
}
