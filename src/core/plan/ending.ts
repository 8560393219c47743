import type { TrafficTarget } from "../../api/frozen.ts";
import type { ReleaseStatus } from "../../api/release.ts";
import type { Live } from "../../api/release-plan.ts";
import { renderInstant } from "../../base/instant.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import type { Split } from "../traffic/sides.ts";
import { entriesOf } from "./entries.ts";
import { isSlot, previewService } from "./names.ts";
import { candidate, liveBefore, move, planName, type Run, runId, uidOf, withdraw } from "./run.ts";
import { allTo, largestShare, says } from "./splits.ts";
import { lateObjects } from "./touch.ts";
import { targetIn, trafficWrite } from "./traffic-write.ts";

export interface Ending {
  readonly outcome: NonNullable<ReleaseStatus["ending"]>["outcome"];
  readonly reason: string;
  readonly message: string;
  readonly by?: string;
}

/**
 * Whether a request may have reached the candidate: a shift was decided, or a traffic object or the entry
 * Service says so. In doubt yes: a revert of nothing is harmless, a missing one is not.
 */
export function trafficMoved(run: Run): boolean {
  const slot = candidate(run);
  if (run.status.phase === "Observing" || (run.status.split?.[slot] ?? 0) > 0) return true;
  if ((run.status.intents ?? []).some((i) => i.kind === "shift")) return true;
  return largestShare(run.observed.traffic, slot) > 0 || selectsCandidate(run);
}

/** An entry Service points at the candidate although another side is live. */
const selectsCandidate = (run: Run): boolean =>
  isSlot(liveBefore(run)) &&
  entriesOf(run.observed, run.frozen).some((entry) => entry.slot === candidate(run));

/** Begins to take the release back, or ends it at once when no traffic has moved. */
export function beginEnding(run: Run, ending: Ending): void {
  withdraw(run);
  for (const intent of run.status.intents ?? []) {
    // What slots share is not taken back, and half a change of a database is worse than a whole one.
    const isShared = intent.key.startsWith(`${uidOf(run)}/shared/`);
    if (intent.kind === "stack" && !isShared) run.out.intents.push({ kind: "cancelStack", key: intent.key });
  }
  const { hold: _, ...status } = run.status;
  run.status = status;
  if (!trafficMoved(run)) {
    finish(run, ending.outcome === "Reverted" ? { ...ending, outcome: "Failed" } : ending);
    return;
  }
  run.status = {
    ...run.status,
    ending: {
      outcome: ending.outcome,
      reason: ending.reason,
      message: ending.message,
      since: renderInstant(run.now),
      backTo: wayBack(run),
      ...(ending.by === undefined ? {} : { by: ending.by }),
    },
  };
  move(run, {
    phase: "Reverting",
    reason: ending.reason,
    message: ending.message,
    type: ending.outcome === "Reverted" ? "Warning" : "Normal",
    ...(ending.by === undefined ? {} : { by: ending.by }),
  });
  pushBack(run, wayBack(run));
}

/** What only a release that is under way has goes from its status. */
export function close(run: Run): void {
  withdraw(run);
  const { intents: _i, hold: _h, rises: _r, ...rest } = run.status;
  run.status = { ...rest, finishedAt: renderInstant(run.now) };
}

/** Ends the release for good. */
export function finish(run: Run, ending: Ending): void {
  close(run);
  move(run, {
    phase: ending.outcome,
    reason: ending.reason,
    message: ending.message,
    type: ending.outcome === "Reverted" || ending.outcome === "Failed" ? "Warning" : "Normal",
    ...(ending.by === undefined ? {} : { by: ending.by }),
  });
}

/**
 * Side that gets the traffic: the one with ready endpoints; if both have some, the old one; if neither, the
 * old one all the same.
 */
export function wayBack(run: Run): Live {
  const live = liveBefore(run);
  if (live === "none") return "none";
  if (readyEndpoints(run, live) > 0) return live;
  return readyEndpoints(run, candidate(run)) > 0 ? candidate(run) : live;
}

export function readyEndpoints(run: Run, side: Live): number {
  if (side === "none") return 0;
  if (side === "adopted") return run.observed.adopted?.readyEndpoints ?? 0;
  return run.observed.slots[side].readyEndpoints;
}

/** Emits the writes that put all traffic on a side: one a traffic object, none waiting for another. */
export function pushBack(run: Run, side: Live): void {
  const split: Split = allTo(run.frozen, side);
  const run_ = runId(run);
  for (const target of run.frozen.targets) {
    const seen = run.observed.traffic.find(
      (t) => t.target.name === target.name && t.target.kind === target.kind,
    );
    if (seen !== undefined && (!seen.exists || (says(seen, split) && seen.reverted === run_))) continue;
    revertOne(run, target, split);
  }
  selectServices(run, side);
}

/** The gateway owes its word on the way back: it is made to look again, once. */
export function touchBack(run: Run, ending: NonNullable<ReleaseStatus["ending"]>): void {
  const split = allTo(run.frozen, ending.backTo);
  const mark = `${runId(run)}/back`;
  const isBack = (seen: TrafficObservation): boolean => says(seen, split) && seen.reverted === runId(run);
  for (const seen of lateObjects(run, ending.since, mark, isBack)) {
    const target = targetIn(run.frozen.targets, seen);
    if (target !== undefined) revertOne(run, target, split, mark);
  }
}

function revertOne(run: Run, target: TrafficTarget, split: Split, touch?: string): void {
  run.out.first.push({
    kind: "revert",
    key: `${uidOf(run)}/revert/${target.name}`,
    write: trafficWrite(run, target, split, touch),
  });
}

function selectServices(run: Run, side: Live): void {
  if (!isSlot(side)) return;
  for (const { service, exists, slot } of entriesOf(run.observed, run.frozen)) {
    if (!exists || slot === side) continue;
    run.out.first.push({
      kind: "select",
      key: `${uidOf(run)}/select/back/${service}`,
      service,
      slot: side,
      run: runId(run),
      reverts: true,
    });
  }
}

/** Points the preview Service at the candidate while it is under test. */
export function selectPreview(run: Run): void {
  if (!run.observed.preview.exists || run.observed.preview.slot === candidate(run)) return;
  const service = previewService(planName(run));
  run.out.intents.push({
    kind: "select",
    key: `${uidOf(run)}/select/preview`,
    service,
    slot: candidate(run),
  });
}
