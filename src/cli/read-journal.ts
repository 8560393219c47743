import type { Journal, Release } from "../api/release.ts";
import { seconds } from "../base/duration.ts";
import { type SegmentObject, segmentLabels } from "../core/record/segment.ts";
import { type JournalReport, verifyJournal } from "../core/record/verify.ts";
import { CliFailure } from "./cli-failure.ts";
import type { Cluster } from "./cluster.ts";
import { CONFIG_MAPS } from "./resource-types.ts";
import type { Terminal } from "./terminal.ts";

const DEADLINE = seconds(30);
/** Problems that are printed one by one; a journal of which a page was changed has many of the same kind. */
const MOST_TOLD = 20;

/** A release's journal as its status keeps it, and the whole of it, verified. @throws CliFailure, KubeError */
export async function readJournal(
  cluster: Cluster,
  release: Release,
): Promise<{ readonly kept: Journal; readonly report: JournalReport }> {
  const kept: Journal = release.status?.journal ?? { head: "", count: 0, entries: [] };
  const segments = await segmentsOf(cluster, release.metadata.name, kept);
  return { kept, report: verifyJournal(kept, release.metadata.uid ?? "", segments) };
}

/** One line on stderr for each problem of a journal, up to a bound. */
export function tellProblems(terminal: Terminal, release: string, problems: readonly string[]): void {
  for (const problem of problems.slice(0, MOST_TOLD))
    terminal.err(`bascule: the journal of release ${release} is broken: ${problem}`);
  if (problems.length > MOST_TOLD)
    terminal.err(`bascule: and ${problems.length - MOST_TOLD} more problems of this journal`);
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
