import type { Check } from "../../api/check.ts";
import type { CheckResult, Verdict } from "../../api/verification.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus } from "../../base/instant.ts";

/**
 * What the results of a step come to. Unknown is not good: what has not concluded is waited for, and at its
 * deadline held, reverted or let through with a reservation, as the check says. It never counts as passed.
 */
export interface Outcome {
  readonly state: "waiting" | "passed" | "failed" | "inconclusive";
  /** Findings that did not stop it, one sentence each, by name of the check. */
  readonly reservations: readonly string[];
  /** The failure that came first, when the state is failed. */
  readonly firstFailure?: CheckResult;
  /** Checks that are waited for, or that kept it from concluding. */
  readonly undecided: readonly string[];
}

export interface OutcomeContext {
  readonly at: Instant;
  /** Start of the step's verification: deadlines of checks count from here. */
  readonly start: Instant;
  /** End of the step's time; absent while it stands still because a person is awaited. */
  readonly deadline?: Instant;
  /** A person accepts what is undecided, as reservations under this name. Never what failed. */
  readonly acceptedBy?: string;
}

type Effect = "none" | "wait" | "undecided" | "reserve" | "fail";

/** Whether a check may end a release: neither minor nor advisory. */
export const isBlocking = (check: Pick<Check, "severity" | "advisory">): boolean =>
  check.advisory !== true && check.severity !== "minor";

/**
 * Judges a step by its checks (with defaults filled in) and the results so far; a check without result has not
 * been looked at yet. The order of checks and results does not matter; results of other checks are passed over.
 */
export function outcomeOf(
  checks: readonly Check[],
  results: readonly CheckResult[],
  context: OutcomeContext,
): Outcome {
  const found = [...checks]
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map((check) => {
      const result = results.find(({ name }) => name === check.name);
      return { check, result, effect: effectOf(check, result?.verdict ?? "pending", context) };
    });
  const having = (effect: Effect) => found.filter((entry) => entry.effect === effect);
  const failures = having("fail").flatMap(({ result }) => (result ? [result] : []));
  const undecided = having("undecided").length > 0 ? having("undecided") : having("wait");
  const state =
    failures.length > 0
      ? "failed"
      : having("undecided").length > 0
        ? "inconclusive"
        : having("wait").length > 0
          ? "waiting"
          : "passed";
  const firstFailure = state === "failed" ? earliestOf(failures) : undefined;
  return {
    state,
    reservations: having("reserve").map(({ check, result }) => sentenceOf(check, result, context)),
    ...(firstFailure === undefined ? {} : { firstFailure }),
    undecided: undecided.map(({ check }) => check.name),
  };
}

function effectOf(check: Check, verdict: Verdict, context: OutcomeContext): Effect {
  if (verdict === "passed" || verdict === "notApplicable") return "none";
  // Nobody waits for a check that may not stop a release.
  if (check.advisory) return "reserve";
  if (verdict === "failed") return isBlocking(check) ? "fail" : "reserve";
  if (context.acceptedBy !== undefined) return "reserve";
  const stepOver = context.deadline !== undefined && context.at >= context.deadline;
  const own = check.deadline === undefined ? undefined : plus(context.start, readDuration(check.deadline));
  const over =
    verdict === "inconclusive" ||
    verdict === "notRun" ||
    stepOver ||
    (own !== undefined && context.at >= own);
  if (!over) return "wait";
  if (!isBlocking(check)) return "reserve";
  switch (check.onInconclusive ?? "hold") {
    case "reserve":
      return "reserve";
    case "revert":
      return "undecided";
    case "hold":
      return stepOver ? "undecided" : "wait";
  }
}

/** A result without an end was judged by an older controller; it sorts last, ties go by name. */
function earliestOf(results: readonly CheckResult[]): CheckResult | undefined {
  const key = ({ finishedAt, name }: CheckResult): string => `${finishedAt ?? "~"} ${name}`;
  return results.reduce<CheckResult | undefined>(
    (first, result) => (first === undefined || key(result) < key(first) ? result : first),
    undefined,
  );
}

function sentenceOf(check: Check, result: CheckResult | undefined, { acceptedBy }: OutcomeContext): string {
  const verdict = result?.verdict ?? "pending";
  const what = check.advisory ? "advisory" : (check.severity ?? "blocking");
  const by =
    acceptedBy !== undefined && verdict !== "failed" && !check.advisory ? `, accepted by ${acceptedBy}` : "";
  const why = result === undefined ? "no look was made" : result.message;
  return `${check.name} (${what}) is ${verdict}${by}: ${why}`.slice(0, 1024);
}

/** Time at which the outcome can change although no result does; absent when only a result can change it. */
export function nextDeadline(
  checks: readonly Check[],
  { at, start, deadline }: OutcomeContext,
): Instant | undefined {
  const own = checks.flatMap((check) =>
    check.deadline === undefined ? [] : [plus(start, readDuration(check.deadline))],
  );
  const later = [...own, ...(deadline === undefined ? [] : [deadline])].filter((time) => time > at);
  return later.length === 0 ? undefined : later.reduce((a, b) => (a < b ? a : b));
}
