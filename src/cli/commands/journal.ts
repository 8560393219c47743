import type { Journal, Release } from "../../api/release.ts";
import { seconds } from "../../base/duration.ts";
import { between, readInstant } from "../../base/instant.ts";
import { type SegmentObject, segmentLabels } from "../../core/record/segment.ts";
import { type JournalReport, verifyJournal } from "../../core/record/verify.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findRelease } from "../find-object.ts";
import { printObject } from "../print-object.ts";
import { CONFIG_MAPS } from "../resource-types.ts";
import { paintWith } from "../view/paint.ts";
import { renderTable } from "../view/table.ts";
import { renderSpan } from "../view/time.ts";

const DEADLINE = seconds(30);
/** Problems that are printed one by one; a journal of which a page was changed has many of the same kind. */
const MOST_TOLD = 20;

/** Prints a release's whole journal and checks it: each entry is there, and fits the one before. Else exit code 1. */
export function journal(context: CommandContext, name: string): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const release = await findRelease(cluster, name);
    const kept: Journal = release.status?.journal ?? { head: "", count: 0, entries: [] };
    const report = verifyJournal(kept, release.metadata.uid ?? "", await segmentsOf(cluster, name, kept));
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
    for (const problem of problems.slice(0, MOST_TOLD))
      context.terminal.err(`bascule: the journal of release ${name} is broken: ${problem}`);
    if (problems.length > MOST_TOLD)
      context.terminal.err(`bascule: and ${problems.length - MOST_TOLD} more problems of this journal`);
    return EXIT.error;
  });
}

/** The ConfigMaps with the release's older entries. @throws CliFailure when the person may not list them */
async function segmentsOf(
  cluster: Cluster,
  release: string,
  { stored = 0 }: Journal,
): Promise<readonly SegmentObject[]> {
  if (stored === 0) return [];
  const labelSelector = Object.entries(segmentLabels(release))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { namespace } = cluster;
  const answer = await cluster.client.list(CONFIG_MAPS, { namespace, labelSelector, deadline: DEADLINE });
  if (answer.ok) return answer.value.items;
  if (answer.error.kind !== "forbidden") throw answer.error;
  throw new CliFailure(
    `the first ${stored} entries of the journal are in ConfigMaps, which you may not list in namespace ${namespace}; the role view, or bascule-journal-reader, allows it`,
  );
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
