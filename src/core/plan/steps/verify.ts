import { readDuration } from "../../../base/duration.ts";
import { type Instant, plus, readInstant } from "../../../base/instant.ts";
import type { Outcome } from "../../gate/outcome.ts";
import { addReservations } from "../../record/reservations.ts";
import { beginEnding } from "../ending.ts";
import { loweredFloors } from "../floors.ts";
import {
  awaitPerson,
  endLongWait,
  holdRelease,
  movingDeadline,
  personAnswered,
  releaseHold,
} from "../rules/holds.ts";
import { problemOf } from "../rules/losses.ts";
import {
  candidate,
  liveBefore,
  note,
  positionOf,
  type Run,
  reached,
  resultsOf,
  runId,
  say,
  stepOf,
} from "../run.ts";
import { measuredSplits } from "../split-checks.ts";
import {
  resolveChecks,
  startVerification,
  undecidedOf,
  verdictOf,
  verificationName,
} from "../verification.ts";
import { nextStep } from "./next.ts";
import { keepCandidate } from "./scale.ts";

/** Judges the step: its hold, its checks, and the answers of people. */
export function verifyStep(run: Run): void {
  const step = stepOf(run);
  const name = verificationName(run, step.name);
  beginChecks(run);
  if (step.kind === "verify") rememberLive(run);
  if (skipped(run)) return;
  const isLargeEnough = keepCandidate(run);
  const holdEnd = holdEndOf(run);
  const outcome = judge(run, name, holdEnd === "manual" ? undefined : holdEnd);
  run.status = { ...run.status, verdict: step.checks.length === 0 ? "nothing to check" : outcome.state };
  if (!promoted(run) && (holdEnd === "manual" || !reached(run, holdEnd))) {
    stay(run, holdEnd === "manual", outcome.state);
    return;
  }
  releaseHold(run, "ManualHold");
  personAnswered(run);
  const outcomeNow = judge(run, name, holdEnd === "manual" ? run.now : holdEnd);
  if (outcomeNow.state === "passed" && !isLargeEnough) awaitCapacity(run, holdEnd);
  else conclude(run, name, outcomeNow);
}

/** Nothing goes on from a share that the candidate is too small for, least of all to its being live (law 3). */
function awaitCapacity(run: Run, holdEnd: Instant | "manual"): void {
  const { name, weight, deadline } = stepOf(run);
  const { inForceAt, since } = positionOf(run);
  const from = holdEnd === "manual" ? (readInstant(inForceAt ?? since) ?? run.now) : holdEnd;
  const end = movingDeadline(run, from, readDuration(deadline));
  const lowered = loweredFloors(run.observed.slots[candidate(run)], runId(run));
  const lacks = `${candidate(run)} has too few ready replicas for ${weight}${problemOf(run)}${lowered}`;
  say(run, `${name} passed; waiting, as ${lacks}`);
  if (end !== undefined && reached(run, end))
    beginEnding(run, { outcome: "Reverted", reason: "CapacityLost", message: `${name}: ${lacks}` });
}

/**
 * The gate's answer. What a person promotes is accepted where the gate could not decide, as a reservation
 * under that name; checks that have not concluded are still waited for, and a failure is never accepted.
 */
function judge(run: Run, name: string, holdEnd: Instant | undefined): Outcome {
  const step = stepOf(run);
  const checks = resolveChecks(run, step.checks);
  const { inForceAt, since, promotedBy } = positionOf(run);
  const start = readInstant(inForceAt ?? since) ?? run.now;
  const deadline =
    holdEnd === undefined ? undefined : movingDeadline(run, holdEnd, readDuration(step.deadline));
  const context = { start, ...(deadline === undefined ? {} : { deadline }) };
  const outcome = verdictOf(run, name, checks, context);
  const open = outcome.state === "waiting" || outcome.state === "inconclusive";
  if (!open || promotedBy === undefined) return outcome;
  const results = resultsOf(run, name);
  const concluded = outcome.undecided.every((n) => {
    const verdict = results.find((r) => r.name === n)?.verdict;
    return verdict === "inconclusive" || verdict === "error" || verdict === "notRun";
  });
  return concluded ? verdictOf(run, name, checks, { ...context, acceptedBy: promotedBy }) : outcome;
}

/**
 * Starts the step's Verification; the former step's then ends. After a shift that is in the pass that finds it in
 * force: one more status would be one more write that the judgement of a candidate with traffic depends on.
 */
export function beginChecks(run: Run): void {
  const step = stepOf(run);
  const name = verificationName(run, step.name);
  const { inForceAt, since, verification } = positionOf(run);
  startVerification(run, {
    name,
    side: candidate(run),
    step: step.name,
    moment: step.moment ?? "steps",
    checks: resolveChecks(run, step.checks),
    from: inForceAt ?? since,
    ...(step.hold === undefined || step.hold === "manual" ? {} : { window: step.hold }),
    ...(step.kind === "traffic" || step.kind === "observe" ? { share: step.weight } : {}),
  });
  if (verification === name) return;
  if (step.checks.length === 0) return;
  if (run.observed.verifications[name] !== undefined) note(run, { verification: name });
}

/** Functional checks that the live side passes now are asked of it again after a revert. */
function rememberLive(run: Run): void {
  if (liveBefore(run) === "none") return;
  const results = resultsOf(run, `${run.release.metadata.name}-live`);
  const passed = results.filter((r) => r.verdict === "passed").map((r) => r.name);
  if (passed.length > 0) run.status = { ...run.status, liveChecks: passed };
}

/** When the hold is over; `manual` waits for a person. */
function holdEndOf(run: Run): Instant | "manual" {
  const { hold } = stepOf(run);
  const start = readInstant(positionOf(run).inForceAt ?? positionOf(run).since) ?? run.now;
  if (hold === undefined) return start;
  return hold === "manual" ? "manual" : plus(start, readDuration(hold));
}

/** `control.promote` ends the wait of the step that it names. */
function promoted(run: Run): boolean {
  const promote = run.release.spec.control?.promote;
  if (promote === undefined || promote.step !== stepOf(run).name) return false;
  if (positionOf(run).promotedBy === undefined) note(run, { promotedBy: promote.by });
  return true;
}

function stay(run: Run, manual: boolean, verdict: string): void {
  const step = stepOf(run);
  if (!manual) {
    say(run, `${step.name}: holding for ${step.hold}; checks: ${verdict}`);
    return;
  }
  holdRelease(run, "ManualHold", `waiting for a person to promote ${step.name}; checks: ${verdict}`);
  awaitPerson(run);
  endLongWait(run);
}

/** The hold is over: on, further waiting, or back. */
function conclude(run: Run, name: string, outcome: Outcome): void {
  const step = stepOf(run);
  if (outcome.state === "inconclusive") {
    const message = `${step.name}: not decided: ${undecidedOf(run, name, outcome)}`;
    beginEnding(run, { outcome: "Reverted", reason: "Inconclusive", message });
    return;
  }
  if (outcome.state !== "passed") {
    say(run, `${step.name}: waiting for ${outcome.undecided.join(", ")}`);
    return;
  }
  reserve(run, outcome.reservations);
  const last = step.kind === "observe";
  nextStep(
    run,
    last ? "Completed" : "StepPassed",
    last ? `${candidate(run)} is live` : [`${step.name} passed`, ...measuredSplits(run, name)].join("; "),
    positionOf(run).promotedBy,
  );
}

function reserve(run: Run, found: readonly string[]): void {
  const { status, fresh } = addReservations(run.status, found);
  run.status = status;
  for (const message of fresh)
    run.out.facts.push({
      about: { kind: "Release", name: run.release.metadata.name },
      type: "Warning",
      reason: "Reserved",
      message: `${stepOf(run).name}: ${message}`,
    });
}

/** `control.skip` leaves out the rest of the step that it names; a failure still counts before it. */
function skipped(run: Run): boolean {
  const skip = run.release.spec.control?.skip;
  const step = stepOf(run);
  if (skip === undefined || skip.step !== step.name) return false;
  releaseHold(run, "ManualHold");
  personAnswered(run);
  reserve(run, [`${step.name}: rest skipped by ${skip.by}: ${skip.reason}`]);
  nextStep(run, "Skipped", `${step.name}: rest skipped by ${skip.by}: ${skip.reason}`, skip.by);
  return true;
}
