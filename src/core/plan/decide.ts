import type { ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { earliest, type Instant } from "../../base/instant.ts";
import { readRun } from "../traffic/runs.ts";
import { runActive } from "./active.ts";
import { finishAdoption, settleAdoption, withoutOpen } from "./adoption.ts";
import { type Decision, emptyOutput, type Output } from "./decision.ts";
import { endPlan } from "./deletion/end-plan.ts";
import type { DeletionWait } from "./deletion/farewell.ts";
import { type EntryGone, entryGone } from "./entry-gone.ts";
import { withoutFuture } from "./future-times.ts";
import { guardFirst, guardPlan, isBeingDeleted, isGuarded } from "./guard-plan.ts";
import { comeToRest, type House, isTidy, keepHouse } from "./housekeeping.ts";
import { removeIdleSlot } from "./idle-slot.ts";
import { keepJournals } from "./journals.ts";
import { firstLive, resolveLive } from "./live.ts";
import { guardObjects } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { rememberPackage } from "./package.ts";
import { decidePendings } from "./pendings.ts";
import { withPlanConditions } from "./plan-status.ts";
import { recovered } from "./recover.ts";
import { withConditions } from "./release-status.ts";
import { isApplied, restoreEntry, tellGone } from "./restore-entry.ts";
import { activate, settlePlan } from "./settle.ts";
import { settleShared } from "./shared/standing.ts";
import type { Retirement } from "./silence.ts";
import { endForgotten } from "./verification.ts";

/**
 * Decides what happens next with a plan and its releases. Pure: no I/O, no clock, no randomness; the same
 * observation and time give the same decision. Controller, `plan`, `simulate`, `explain` and the property
 * tests all call it.
 */
export function decide(seen: Observed, now: Instant): Decision {
  const observed = seen.namespaceTerminating ? seen : recovered(seen, now);
  return guardFirst(seen, observed, decideKnown(withoutFuture(observed, now), now));
}

function decideKnown(observed: Observed, now: Instant): Decision {
  const out = emptyOutput();
  const before: ReleasePlanStatus = { observedGeneration: -1, ...observed.plan.status };
  const statuses: Record<string, ReleaseStatus> = {};
  if (observed.namespaceTerminating) {
    guardObjects(observed, before, statuses, out);
    return answer(before, statuses, out);
  }
  const activeName = before.activeRelease;
  const active = observed.releases.find((r) => r.metadata.name === activeName);
  let plan = settlePlan(before, active, now);
  const deleted = isBeingDeleted(observed.plan);
  const isResting = activeName === undefined && !deleted;
  if (isResting) plan = settleAdoption(observed, plan, now, out);
  const gone = deleted ? undefined : entryGone(observed, plan);
  const house = isResting ? whole(keepHouse(observed, plan, out), plan, gone) : {};
  const pending = decidePendings(observed, plan, house, now, out, statuses);
  const live = resolveLive(observed, plan);
  let retirement: Retirement = {};
  let ending: DeletionWait | undefined;
  if (plan.activeRelease !== undefined && active !== undefined) {
    const status = runActive(observed, active, plan, pending.next?.metadata.name, now, out);
    statuses[active.metadata.name] = withConditions(active, status, now);
    if (status.entryDigest !== undefined) plan = { ...plan, entryDigest: status.entryDigest };
    if (status.frozen !== undefined) plan = withEntry(plan, status.frozen.entryService);
    plan = settleShared(plan, active.metadata.name, status);
  } else if (activeName === undefined && deleted) {
    const end = endPlan(observed, plan, now, out);
    plan = end.plan;
    ending = end.wait;
  } else if (activeName === undefined) {
    if (pending.next === undefined) {
      retirement = comeToRest(observed, plan, now, out);
      if (retirement.removable !== undefined)
        plan = removeIdleSlot(observed, plan, retirement.removable, now, out);
      if (isTidy(house)) plan = finishAdoption(observed, plan, now, out);
    } else if (isGuarded(observed.plan)) {
      plan = activate(
        withSequence(withoutOpen(plan), observed),
        pending.next.metadata.name,
        live.known ? { live: live.live } : firstLive(observed),
      );
    }
  }
  const running = active === undefined ? undefined : statuses[active.metadata.name];
  plan = restoreEntry(plan, {
    observed,
    gone,
    now,
    out,
    ...(running === undefined ? {} : { active: running }),
  });
  endForgotten(observed, plan.activeRelease, retirement.verification, out);
  plan = rememberPackage(observed, plan);
  guardPlan(observed, plan, pending.next !== undefined, out);
  guardObjects(observed, plan, statuses, out);
  keepJournals(observed, statuses, now, out);
  const findings = {
    ...(deleted ? { ending: ending ?? waitForActive(plan, statuses) } : {}),
    ...(house.contested === undefined ? {} : { contested: house.contested }),
    ...(gone === undefined ? {} : { gone: tellGone(gone, plan.restoring) }),
    ...(retirement.unproven === undefined ? {} : { unproven: retirement.unproven }),
    ...(live.known || live.reason === "New" ? {} : { liveProblem: live.message }),
  };
  return answer(withPlanConditions(observed, plan, findings, now), statuses, out);
}

/** A release waits for what is made again; what nobody makes but a release is no reason to wait. */
const whole = (house: House, { restoring }: ReleasePlanStatus, gone: EntryGone | undefined): House =>
  gone !== undefined && isApplied(gone) ? { ...house, untidy: tellGone(gone, restoring) } : house;

function answer(plan: ReleasePlanStatus, releases: Record<string, ReleaseStatus>, out: Output): Decision {
  const wakeAt = earliest(...out.wakes);
  return {
    plan,
    releases,
    first: out.first,
    intents: out.intents,
    ...(wakeAt === undefined ? {} : { wakeAt }),
    facts: out.facts,
    trace: out.trace,
  };
}

/**
 * A plan made anew goes on counting above the runs that its traffic objects have seen, or it would be fenced off, and
 * above those on record, or the last of them would still pass for the latest.
 */
function withSequence(plan: ReleasePlanStatus, observed: Observed): ReleasePlanStatus {
  const marks = observed.traffic.flatMap((t) => [t.run, t.reverted, t.completed]);
  const seen = [...marks, observed.entry.run].map((m) => readRun(m)?.sequence ?? 0);
  const recorded = observed.releases.map((r) => r.status?.sequence ?? 0);
  return { ...plan, sequence: Math.max(plan.sequence ?? 0, ...seen, ...recorded) };
}

/** A deletion begins with the end of the release in progress, which is told by that release itself. */
function waitForActive(
  { activeRelease }: ReleasePlanStatus,
  statuses: Readonly<Record<string, ReleaseStatus>>,
): DeletionWait {
  if (activeRelease === undefined) return { message: "nothing is waited for" };
  const { phase, message = "" } = statuses[activeRelease] ?? {};
  const text = `waiting for ${activeRelease} to end: ${message}`;
  return phase === "RevertFailed" ? { message: text, stalled: phase } : { message: text };
}

const withEntry = (plan: ReleasePlanStatus, entryService: string | undefined): ReleasePlanStatus =>
  entryService === undefined ? plan : { ...plan, entryService };
