import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { earliest, type Instant, renderInstant } from "../../base/instant.ts";
import { readRun } from "../traffic/runs.ts";
import { finishAdoption, settleAdoption, withoutOpen } from "./adoption.ts";
import { type Decision, emptyOutput, type Output } from "./decision.ts";
import { endPlan } from "./deletion/end-plan.ts";
import type { DeletionWait } from "./deletion/farewell.ts";
import { decideDryRun } from "./dry-run.ts";
import { readyEndpoints } from "./ending.ts";
import { freeze } from "./freeze.ts";
import { guardPlan, isBeingDeleted, isGuarded } from "./guard-plan.ts";
import { comeToRest, type House, isTidy, keepHouse } from "./housekeeping.ts";
import { removeIdleSlot } from "./idle-slot.ts";
import { appendJournal } from "./journal.ts";
import { adoptedBackend, firstLive, resolveLive } from "./live.ts";
import { guardObjects } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { rememberPackage } from "./package.ts";
import { decidePending, type PendingAnswer } from "./pending.ts";
import { byAge, isFinal, phaseOf } from "./phases.ts";
import { withPlanConditions } from "./plan-status.ts";
import { recovered } from "./recover.ts";
import { withConditions } from "./release-status.ts";
import { RULES } from "./rules/index.ts";
import { applyRules } from "./rules/rule.ts";
import type { Run } from "./run.ts";
import { activate, settlePlan } from "./settle.ts";
import type { Retirement } from "./silence.ts";
import { endForgotten, endOthers, resolveChecks, startVerification } from "./verification.ts";

/**
 * Decides what happens next with a plan and its releases. Pure: no I/O, no clock, no randomness; the same
 * observation and time give the same decision. Controller, `plan`, `simulate`, `explain` and the property
 * tests all call it.
 */
export function decide(seen: Observed, now: Instant): Decision {
  const out = emptyOutput();
  const observed = seen.namespaceTerminating ? seen : recovered(seen, now);
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
  const house = isResting ? keepHouse(observed, plan, out) : {};
  const pending = decideAllPending(observed, plan, house, now, out, statuses);
  const live = resolveLive(observed, plan);
  let retirement: Retirement = {};
  let ending: DeletionWait | undefined;
  if (plan.activeRelease !== undefined && active !== undefined) {
    const status = runActive(observed, active, plan, pending.next?.metadata.name, now, out);
    statuses[active.metadata.name] = withConditions(active, status, now);
    if (status.entryDigest !== undefined) plan = { ...plan, entryDigest: status.entryDigest };
    if (status.frozen !== undefined) plan = withEntry(plan, status.frozen.entryService);
  } else if (activeName === undefined && deleted) {
    const end = endPlan(observed, plan, now, out);
    plan = end.plan;
    ending = end.wait;
  } else if (activeName === undefined) {
    if (pending.next === undefined) {
      retirement = comeToRest(observed, plan, now, out);
      if (retirement.retired !== undefined)
        plan = removeIdleSlot(observed, plan, retirement.retired, now, out);
      if (isTidy(house)) plan = finishAdoption(observed, plan, now, out);
    } else if (isGuarded(observed.plan)) {
      plan = activate(
        withSequence(withoutOpen(plan), observed),
        pending.next.metadata.name,
        live.known ? { live: live.live } : firstLive(observed),
      );
    }
  }
  endForgotten(observed, plan.activeRelease, retirement.verification, out);
  plan = rememberPackage(observed, plan);
  guardPlan(observed, plan, pending.next !== undefined, out);
  guardObjects(observed, plan, statuses, out);
  const findings = {
    ...(deleted ? { ending: ending ?? waitForActive(plan, statuses) } : {}),
    ...(house.contested === undefined ? {} : { contested: house.contested }),
    ...(retirement.unproven === undefined ? {} : { unproven: retirement.unproven }),
    ...(live.known || live.reason === "New" ? {} : { liveProblem: live.message }),
  };
  return answer(withPlanConditions(observed, plan, findings, now), statuses, out);
}

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

/** Asks the gates of every release that has not started; of those that are ready only the newest stays. */
function decideAllPending(
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

/** One pass over the active release: compile it when it is new, then the chain of rules. */
function runActive(
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
  raiseFloor(run);
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
  const program = observed.programs[release.metadata.name];
  if (program?.ok !== true || !observed.checks.ok || observed.adoption.some((a) => !a.ok)) {
    return { ...before, phase: "Pending", message: "compiling the release" };
  }
  const live = plan.liveSlot ?? "none";
  const adopted = adoptedBackend(observed);
  const frozen = freeze({
    plan: observed.plan,
    release,
    live,
    program,
    checks: observed.checks.checks,
    adoption: observed.adoption,
    ...(adopted === undefined ? {} : { adopted }),
  });
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
    position: { step: 0, stage: "apply", since: renderInstant(now), attempt: 1, waitedMs: 0 },
    message,
  };
  out.facts.push({
    about: { kind: "Release", name: release.metadata.name },
    type: "Normal",
    reason: "Started",
    message,
  });
  return appendJournal(status, { from: "Pending", to: "Preparing/deploy", reason: "Started", message }, now);
}

/** Remembers the most ready replicas that the live side had: its floor until the release is complete. */
function raiseFloor(run: Run): void {
  const ready = readyEndpoints(run, run.frozen.live);
  if (ready > (run.status.floor ?? 0)) run.status = { ...run.status, floor: ready };
}

/** Before traffic moves, the functional checks are asked of the live side too: the measure for a revert. */
function watchLive(run: Run): void {
  const { live, steps } = run.frozen;
  if (live === "none" || run.status.phase !== "Preparing") return;
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
