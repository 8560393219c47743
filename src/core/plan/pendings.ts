import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import { decideDryRun } from "./dry-run.ts";
import type { House } from "./housekeeping.ts";
import { appendJournal } from "./journal.ts";
import type { Observed } from "./observed.ts";
import { decidePending, type PendingAnswer } from "./pending.ts";
import { byAge, phaseOf } from "./phases.ts";
import { withConditions } from "./release-status.ts";

/** Asks the gates of every release that has not started; of those that are ready only the newest stays. */
export function decidePendings(
  observed: Observed,
  plan: ReleasePlanStatus,
  house: House,
  now: Instant,
  out: Output,
  statuses: Record<string, ReleaseStatus>,
): { readonly next?: Release } {
  const activeName = observed.plan.status?.activeRelease;
  const waiting = observed.releases
    .filter((r) => r.metadata.name !== activeName && phaseOf(r) === "Pending")
    .sort(byAge);
  const answers = waiting.map((release) => ({
    release,
    ...decidePending({ observed, planStatus: plan, house, release, now }, out),
  }));
  const next = answers.findLast((a) => a.ready && a.release.spec.dryRun !== true);
  for (const a of answers) {
    const status =
      a.ready && a.release.spec.dryRun === true
        ? decideDryRun(observed, plan, a.release, a.status, now, out)
        : statusOfPending(a, a === next, next?.release.metadata.name, plan.activeRelease, now);
    statuses[a.release.metadata.name] = withConditions(a.release, status, now);
  }
  return next === undefined ? {} : { next: next.release };
}

function statusOfPending(
  answer: PendingAnswer,
  newest: boolean,
  next: string | undefined,
  active: string | undefined,
  now: Instant,
): ReleaseStatus {
  if (!answer.ready) return answer.status;
  if (newest) {
    const message = active === undefined ? "starting" : `waiting for ${active} to end`;
    return { ...answer.status, message };
  }
  const message = `superseded by ${next} before it started`;
  return appendJournal(
    { ...answer.status, phase: "Superseded", message, finishedAt: renderInstant(now) },
    { from: "Pending", to: "Superseded", reason: "Superseded", message },
    now,
  );
}
