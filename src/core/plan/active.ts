import { isNewerForm } from "../../api/frozen.ts";
import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { desiredOf } from "./capacity.ts";
import { compileRelease } from "./compile.ts";
import type { Output } from "./decision.ts";
import { beginEnding, readyEndpoints, trafficMoved } from "./ending.ts";
import { appendJournal } from "./journal.ts";
import { raiseLiveFloor } from "./live-floor.ts";
import { isSlot } from "./names.ts";
import type { Observed } from "./observed.ts";
import { isFinal } from "./phases.ts";
import { RULES } from "./rules/index.ts";
import { applyRules } from "./rules/rule.ts";
import { candidate, type Run, runId } from "./run.ts";
import { endOthers, resolveChecks, startVerification } from "./verification.ts";

/** One pass over the active release: compile it when it is new, then the chain of rules. */
export function runActive(
  observed: Observed,
  release: Release,
  plan: ReleasePlanStatus,
  newer: string | undefined,
  now: Instant,
  out: Output,
): ReleaseStatus {
  const before: ReleaseStatus = { observedGeneration: -1, ...release.status };
  if (isFinal(before.phase)) return before;
  if (before.frozen === undefined) return begin(observed, release, plan, before, now, out);
  const run: Run = {
    observed,
    now,
    release,
    frozen: before.frozen,
    status: before,
    out,
    ...(newer === undefined ? {} : { newer }),
  };
  followLive(run);
  watchLive(run);
  applyRules(run, RULES);
  endOthers(run);
  return run.status;
}

/** Compiles the release and puts it at its first step. Without a program or checks it waits as pending. */
function begin(
  observed: Observed,
  release: Release,
  plan: ReleasePlanStatus,
  before: ReleaseStatus,
  now: Instant,
  out: Output,
): ReleaseStatus {
  const live = plan.liveSlot ?? "none";
  const frozen = compileRelease(observed, release, live);
  if (frozen === undefined) return { ...before, phase: "Pending", message: "compiling the release" };
  const { hold: _, ...rest } = before;
  const message = `releasing ${frozen.package.version} to ${frozen.slot}; ${live} is live`;
  const status: ReleaseStatus = {
    ...rest,
    phase: "Preparing",
    slot: frozen.slot,
    step: frozen.steps[0]?.name ?? "deploy",
    weight: "0%",
    sequence: plan.sequence ?? 1,
    startedAt: renderInstant(now),
    liveBefore: live,
    frozen,
    // What slots share comes before the slot, never beside it.
    position: {
      step: 0,
      stage: frozen.shared === true ? "shared" : "apply",
      since: renderInstant(now),
      attempt: 1,
      waitedMs: 0,
    },
    message,
  };
  out.facts.push({
    about: { kind: "Release", name: release.metadata.name },
    type: "Normal",
    reason: "Started",
    message,
  });
  const entry = { from: "Pending", to: "Preparing/deploy", reason: "Started", message } as const;
  const run: Run = { observed, now, release, frozen, status: appendJournal(status, entry, now), out };
  followLive(run);
  takeBackForgotten(run);
  return run.status;
}

/**
 * The traffic objects carry the mark of this very run, so its status was lost in the midst of it. Nobody knows any more
 * which step it was at and what had been found: what the candidate has by then goes back at once.
 */
function takeBackForgotten(run: Run): void {
  if (!run.observed.traffic.some((t) => t.run === runId(run)) || !trafficMoved(run)) return;
  beginEnding(run, {
    outcome: "Reverted",
    reason: "StatusLost",
    message: `the release's status was lost while ${candidate(run)} had traffic`,
  });
}

/** Remembers the most ready replicas that the live side had: its floor until the release is complete. */
function followLive(run: Run): void {
  const { floor: _, rises: __, ...status } = run.status;
  const { live } = run.frozen;
  const desired = isSlot(live) ? { desired: desiredOf(run.observed.slots[live]) } : {};
  const replicas = { ready: readyEndpoints(run, live), ...desired };
  const { floor, rises, due } = raiseLiveFloor(run.status, replicas, run.now);
  run.status = {
    ...status,
    ...(floor > 0 ? { floor } : {}),
    ...(rises.length > 0 ? { rises: [...rises] } : {}),
  };
  if (due !== undefined) run.out.wakes.push(due);
}

/** Before traffic moves, the functional checks are asked of the live side too: the measure for a revert. */
function watchLive(run: Run): void {
  const { live, steps } = run.frozen;
  if (live === "none" || run.status.phase !== "Preparing" || isNewerForm(run.frozen)) return;
  const names = steps.find((s) => s.kind === "verify")?.checks ?? [];
  const functional = resolveChecks(run, names).filter((c) => c.http !== undefined);
  startVerification(run, {
    name: `${run.release.metadata.name}-live`,
    side: live,
    step: "live",
    moment: "beforeTraffic",
    checks: functional,
  });
}
