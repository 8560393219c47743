import { type CheckResult, VERDICTS, type Verdict } from "../../api/verification.ts";
import type { Comparison } from "./compare/comparison.ts";
import { readComparison } from "./compare/read-comparison.ts";

/** One look, kept as evidence: the first, the last and the worst of a check. */
export interface LookNote {
  readonly at: string;
  readonly reason: string;
  readonly value?: number;
}

/**
 * What a judge remembers between two looks. Plain JSON: it is kept in the result, so that a restarted
 * controller goes on with the same judgement.
 */
export interface JudgeMemory {
  /** Verdict without the weather: what it is again when a source that failed can be read again. */
  readonly standing: Verdict;
  readonly looks: number;
  /** Consecutive good and bad looks. */
  readonly good: number;
  readonly bad: number;
  /** Consecutive looks that could not be read. */
  readonly unreadable: number;
  /** Some evidence was seen: a source that has nothing any more fell silent. */
  readonly seen: boolean;
  /** Requests that a slot without a share got, and since when it is not more: for its silence. */
  readonly counted?: { readonly requests: number; readonly since: string };
  /** What a comparison has come to so far. */
  readonly compared?: Comparison;
  readonly first?: LookNote;
  readonly last?: LookNote;
  readonly worst?: LookNote;
}

export const FRESH: JudgeMemory = {
  standing: "pending",
  looks: 0,
  good: 0,
  bad: 0,
  unreadable: 0,
  seen: false,
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function readNote(value: unknown): LookNote | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { at, reason, value: measured } = value as Record<string, unknown>;
  if (typeof at !== "string" || typeof reason !== "string") return undefined;
  return { at, reason, ...(typeof measured === "number" ? { value: measured } : {}) };
}

function readCounted(value: unknown): JudgeMemory["counted"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { requests, since } = value as Record<string, unknown>;
  return isCount(requests) && typeof since === "string" ? { requests, since } : undefined;
}

/** Reads the memory of a stored result. What somebody else wrote there, or an older form, starts afresh. */
export function readMemory(result: CheckResult | undefined): JudgeMemory {
  const stored: Readonly<Record<string, unknown>> = result?.memory ?? {};
  const { looks, good, bad, unreadable, seen, standing } = stored;
  if (!isCount(looks) || !isCount(good) || !isCount(bad) || !isCount(unreadable)) return FRESH;
  const verdict = VERDICTS.find((known) => known === standing);
  if (verdict === undefined || typeof seen !== "boolean") return FRESH;
  const more = {
    counted: readCounted(stored.counted),
    compared: readComparison(stored.compared),
    first: readNote(stored.first),
    last: readNote(stored.last),
    worst: readNote(stored.worst),
  };
  const known = Object.fromEntries(Object.entries(more).filter(([, part]) => part !== undefined));
  return { standing: verdict, looks, good, bad, unreadable, seen, ...known };
}
