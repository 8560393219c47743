import type { Check } from "../../api/check.ts";
import type { Condition } from "../../api/common.ts";
import type { CheckResult, VerificationStatus } from "../../api/verification.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { isBlocking } from "./outcome.ts";

export type VerificationPhase = NonNullable<VerificationStatus["phase"]>;

/**
 * Phase of a Verification that makes no further looks. A blocking failure wins; a check that was ended
 * before it could conclude shows as `Stopped`; what may not stop a release only makes it `Reserved`.
 */
export function finalPhase(checks: readonly Check[], results: readonly CheckResult[]): VerificationPhase {
  const verdictOf = (check: Check) => results.find(({ name }) => name === check.name)?.verdict ?? "notRun";
  const blocking = checks.filter(isBlocking).map(verdictOf);
  if (blocking.includes("failed")) return "Failed";
  if (blocking.some((verdict) => verdict === "notRun" || verdict === "pending")) return "Stopped";
  if (blocking.includes("error")) return "Error";
  if (blocking.includes("inconclusive")) return "Inconclusive";
  const verdicts = new Set(checks.map(verdictOf));
  // What did not apply says nothing: on its own it is no pass.
  if (verdicts.size > 1) verdicts.delete("notApplicable");
  return verdicts.size === 1 && verdicts.has("passed") ? "Passed" : "Reserved";
}

/** What is still pending when the looks end was not run to its end, and says so. */
export const stopEarly = (result: CheckResult, at: Instant, why: string): CheckResult =>
  result.verdict === "pending"
    ? { ...result, verdict: "notRun", reason: "StoppedEarly", message: why, finishedAt: renderInstant(at) }
    : result;

/** A result of which no more looks are made has its time; an error had none as long as it could still turn out either way. */
export const concluded = (result: CheckResult, at: Instant): CheckResult =>
  result.finishedAt === undefined && result.verdict !== "pending"
    ? { ...result, finishedAt: renderInstant(at) }
    : result;

/** Conditions in the manner of kstatus; times of conditions that did not change are kept. */
export function conditionsOf(
  phase: VerificationPhase,
  message: string,
  at: Instant,
  before: { readonly generation: number; readonly conditions: readonly Condition[] },
): Condition[] {
  const good = phase === "Passed" || phase === "Reserved";
  const bad = phase === "Failed" || phase === "Error" || phase === "Inconclusive";
  const isOver = phase !== "Running" && phase !== "Waiting";
  const status = (holds: boolean) => (holds ? ("True" as const) : ("False" as const));
  const make = (type: string, holds: boolean): Condition => {
    const known = before.conditions.find((condition) => condition.type === type);
    const same = known?.status === status(holds);
    return {
      type,
      status: status(holds),
      reason: phase,
      message: message.slice(0, 4096),
      lastTransitionTime: same ? known.lastTransitionTime : renderInstant(at),
      observedGeneration: before.generation,
    };
  };
  return [
    // Stopped says neither good nor bad: like a cancelled run it carries no Ready.
    ...(phase === "Stopped" ? [] : [make("Ready", good)]),
    make("Reconciling", !isOver),
    make("Stalled", bad),
    make("Finished", isOver),
  ];
}
