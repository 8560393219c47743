import type { ReleaseStatus } from "../../api/release.ts";
import type { Instant } from "../../base/instant.ts";
import { JOURNAL_BOUNDS } from "../record/bounds.ts";
import { keepJournal } from "../record/keep.ts";
import type { Output } from "./decision.ts";
import type { Observed } from "./observed.ts";
import { withConditions } from "./release-status.ts";

/** Moves what the statuses can't hold of the releases' journals to segments, also of releases that have ended. */
export function keepJournals(
  observed: Observed,
  statuses: Record<string, ReleaseStatus>,
  now: Instant,
  out: Output,
): void {
  const bounds = observed.journalBounds ?? JOURNAL_BOUNDS;
  for (const release of observed.releases) {
    const { name, uid = name } = release.metadata;
    const status = statuses[name] ?? release.status;
    if (status?.journal === undefined) continue;
    const outcome = observed.segments?.[uid];
    const kept = keepJournal({ release, status, outcome, bounds, now });
    if (kept.wakeAt !== undefined) out.wakes.push(kept.wakeAt);
    if (kept.segment !== undefined)
      out.intents.push({ kind: "storeSegment", key: kept.segment.key, segment: kept.segment });
    if (kept.status === status) continue;
    tell(release.metadata.name, status, kept.status, out);
    statuses[name] = withConditions(release, kept.status, now);
  }
}

/** Once for each reason. */
function tell(name: string, before: ReleaseStatus, after: ReleaseStatus, out: Output): void {
  const problem = after.journal?.problem;
  if (problem === undefined || problem.reason === before.journal?.problem?.reason) return;
  out.facts.push({ about: { kind: "Release", name }, type: "Warning", ...problem });
}
