import type { Check } from "../../api/check.ts";
import type { CheckResult, Verdict } from "../../api/verification.ts";
import { type Duration, milliseconds } from "../../base/duration.ts";
import { type Instant, plus, renderInstant } from "../../base/instant.ts";
import type { Finding, JudgeContext } from "./finding.ts";
import { needsLooks } from "./judge-compare.ts";
import { type JudgeMemory, type LookNote, readMemory } from "./judge-memory.ts";
import { kindOf, rulesOf } from "./kinds/index.ts";
import type { Look } from "./look.ts";
import { maskSecrets } from "./mask.ts";

/** Looks in a row that can't be read before the verdict is error. */
export const MOST_UNREADABLE = 3;
/** No check looks more often than this. */
export const SHORTEST_INTERVAL = milliseconds(250);
const LONGEST_MESSAGE = 2048;
const LONGEST_EVIDENCE = 4096;
const LONGEST_CONFIDENCE = 512;

export interface Judgement {
  readonly result: CheckResult;
  /** The same as `result.memory`, typed. */
  readonly memory: JudgeMemory;
  /** Absent when no look can change the verdict any more. */
  readonly nextLookAt?: Instant;
}

/**
 * Judges one look. Pure, and replayable from the stored result: `judge(check, undefined, …)` over a list of
 * looks gives the same as any number of controllers taking turns. `failed` is final; `passed` only stands, a
 * later failure counts; `inconclusive` and `error` may turn out either way as long as looks are made.
 */
export function judge(
  check: Check,
  previous: CheckResult | undefined,
  look: Look,
  context: JudgeContext,
): Judgement {
  const memory = readMemory(previous);
  if (previous?.verdict === "failed") return { result: previous, memory };
  const finding = findingOf(check, memory, look, context);
  const next = nextMemory(memory, finding, look, context);
  const told = tell(finding, next, previous, context);
  const changed = previous?.verdict !== told.verdict;
  const result: CheckResult = {
    name: check.name,
    kind: kindOf(check),
    severity: check.severity ?? "blocking",
    ...(check.advisory ? { advisory: true } : {}),
    ...told,
    // Checkers mask what they quote; this is for what one of them forgets.
    message: masked(told.message, LONGEST_MESSAGE),
    windowStart: renderInstant(context.from),
    startedAt: previous?.startedAt ?? renderInstant(context.at),
    ...finishedAt(told.verdict, changed ? undefined : previous?.finishedAt, context),
    looks: next.looks,
    validator: (finding.kind === "judged" ? finding.validator : undefined) ?? context.validator,
    memory: { ...next },
  };
  const nextLookAt = timeOfNextLook(check, told.verdict, context);
  return { result, memory: next, ...(nextLookAt === undefined ? {} : { nextLookAt }) };
}

function findingOf(check: Check, memory: JudgeMemory, look: Look, context: JudgeContext): Finding {
  switch (look.kind) {
    case "unreadable":
      return { kind: "unreadable", reason: look.reason, message: look.message };
    case "nothing": {
      const { reason, message } = look;
      if (memory.seen)
        return {
          kind: "unreadable",
          reason: "Silent",
          message: `there was evidence before; now: ${message}`,
        };
      return { kind: "judged", verdict: "pending", reason, message, good: true };
    }
    default: {
      const { rules, spec } = rulesOf(check);
      return rules.judge({ check, memory, context, look }, spec) ?? WRONG_LOOK;
    }
  }
}

const WRONG_LOOK: Finding = {
  kind: "unreadable",
  reason: "WrongLook",
  message: "the look is not of the check's kind; this is a mistake in the controller",
};

function nextMemory(memory: JudgeMemory, finding: Finding, look: Look, { at }: JudgeContext): JudgeMemory {
  const note: LookNote = {
    at: renderInstant(at),
    reason: finding.reason,
    ...(finding.kind === "judged" && finding.value !== undefined ? { value: finding.value } : {}),
  };
  const notes = { first: memory.first ?? note, last: note };
  const looks = memory.looks + 1;
  if (finding.kind === "unreadable") return { ...memory, ...notes, looks, unreadable: memory.unreadable + 1 };
  return {
    ...memory,
    ...notes,
    worst: worse(memory.worst, note, finding.good),
    looks,
    ...(finding.streaks ?? {}),
    ...(finding.counted === undefined ? {} : { counted: finding.counted }),
    ...(finding.compared === undefined ? {} : { compared: finding.compared }),
    unreadable: 0,
    seen: memory.seen || look.kind !== "nothing",
    standing: finding.verdict,
  };
}

/** The worst look is the last bad one, or the one with the largest value while all are good. */
function worse(known: LookNote | undefined, note: LookNote, good: boolean): LookNote {
  if (known === undefined || !good) return note;
  return (note.value ?? 0) > (known.value ?? 0) ? note : known;
}

/** Masking shortens and lengthens: what is cut off before it is more than what is left. */
const masked = (text: string, longest: number): string =>
  maskSecrets(text.slice(0, 2 * longest)).slice(0, longest);

type Told = Pick<
  CheckResult,
  | "verdict"
  | "reason"
  | "message"
  | "value"
  | "threshold"
  | "sampleSize"
  | "windowEnd"
  | "evidence"
  | "confidence"
>;

/** What the result says after this look. */
function tell(
  finding: Finding,
  memory: JudgeMemory,
  previous: CheckResult | undefined,
  context: JudgeContext,
): Told {
  if (finding.kind === "unreadable") return tellUnreadable(finding, memory, previous, context);
  const { verdict, reason, message, value, threshold, sampleSize, newest, evidence, confidence } = finding;
  const late = verdict === "pending" && context.at >= context.deadline;
  return {
    verdict: late ? "inconclusive" : verdict,
    reason,
    message: late ? `not concluded by the deadline: ${message}` : message,
    ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(sampleSize === undefined ? {} : { sampleSize }),
    ...(newest === undefined ? {} : { windowEnd: renderInstant(newest) }),
    ...(evidence === undefined ? {} : { evidence: masked(evidence, LONGEST_EVIDENCE) }),
    ...(confidence === undefined ? {} : { confidence: confidence.slice(0, LONGEST_CONFIDENCE) }),
  };
}

/** Keeps what was known and its figures; only after several such looks, or for silence at once, it is an error. */
function tellUnreadable(
  { reason, message, atOnce }: Extract<Finding, { kind: "unreadable" }>,
  { unreadable, standing }: JudgeMemory,
  previous: CheckResult | undefined,
  { at, deadline }: JudgeContext,
): Told {
  const { value, threshold, sampleSize, windowEnd, evidence, confidence } = previous ?? {};
  const known = { value, threshold, sampleSize, windowEnd, evidence, confidence };
  const kept = Object.fromEntries(Object.entries(known).filter(([, v]) => v !== undefined));
  if (atOnce || unreadable >= MOST_UNREADABLE || previous?.verdict === "error")
    return { ...kept, verdict: "error", reason, message };
  const verdict: Verdict = standing === "pending" && at >= deadline ? "inconclusive" : standing;
  return { ...kept, verdict, reason, message: `look ${unreadable} in a row without answer: ${message}` };
}

const finishedAt = (
  verdict: Verdict,
  before: string | undefined,
  { at }: JudgeContext,
): Pick<CheckResult, "finishedAt"> =>
  verdict === "pending" || verdict === "error" ? {} : { finishedAt: before ?? renderInstant(at) };

/** The interval, cut short where the window or the deadline ends in between: a verdict is not late by a look. */
function timeOfNextLook(check: Check, verdict: Verdict, context: JudgeContext): Instant | undefined {
  if (verdict === "failed" || (verdict === "passed" && isOnce(check))) return undefined;
  if (verdict === "notApplicable" && !needsLooks(check)) return undefined;
  const next = plus(context.at, intervalOf(check));
  const marks = [plus(context.from, context.window), context.deadline].filter(
    (mark) => mark > plus(context.at, SHORTEST_INTERVAL),
  );
  return marks.reduce((earliest, mark) => (mark < earliest ? mark : earliest), next);
}

/** Whether such a check is over once it has passed. */
export const isOnce = (check: Check): boolean => rulesOf(check).rules.once === true;

/** Time between two looks of a check; never below 250 ms. */
export function intervalOf(check: Check): Duration {
  const { rules, spec } = rulesOf(check);
  return milliseconds(Math.max(SHORTEST_INTERVAL, rules.interval(spec)));
}
