import type { Check } from "../../api/check.ts";
import type { CompareCheck } from "../../api/checks/compare.ts";
import { milliseconds, renderDuration } from "../../base/duration.ts";
import { plus } from "../../base/instant.ts";
import {
  addWindows,
  type Comparison,
  type ComparisonSetup,
  harmShown,
  newComparison,
} from "./compare/comparison.ts";
import { setupOf } from "./compare/setup.ts";
import { confidenceOf, evidenceOf, leadOf, shortcomingOf } from "./compare/tell.ts";
import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";
import { staleness } from "./staleness.ts";

type CompareLook = Extract<Look, { kind: "compare" }>;

/** Windows in a row with more bad requests than requests before the counters count as wrong. */
const MOST_ODD = 3;

/** Whether anything is judged where there is no baseline. */
export const needsLooks = (check: Check): boolean =>
  check.compare?.metrics.some(({ max }) => max !== undefined) === true;

/**
 * Candidate against live side. Harm that is shown fails at once; at the end of the window no harm passes, if the
 * data could have shown `detect` (or safety is proven, where that is required). Otherwise it waits for more, and
 * at the deadline is inconclusive, with the smallest rise that could have been seen.
 */
export function judgeCompare(input: KindInput<CompareLook>): Finding {
  const { check, look, memory, context } = input;
  const { compare } = check;
  if (compare === undefined)
    return {
      kind: "unreadable",
      reason: "InvalidCheck",
      message: "the check is no comparison",
      atOnce: true,
    };
  if (!look.baseline && !needsLooks(check)) return notApplicable();
  const stale = staleness(look.newest, context.at, compare.staleAfter);
  if (stale !== undefined) return stale;
  const setup = setupOf(compare);
  const same = memory.compared?.metrics.length === setup.metrics.length ? memory.compared : undefined;
  const before = same ?? newComparison(look.start, setup.metrics.length);
  const comparison = addWindows(before, look.windows, setup);
  if (comparison.odd >= MOST_ODD) {
    const message = `${comparison.odd} windows in a row hold more bad requests than requests: the selectors count different things`;
    return { kind: "unreadable", reason: "Inconsistent", message };
  }
  return judgeComparison(input, compare, setup, comparison);
}

/** Nothing is compared where one side gets everything. That is no pass, and no reason to wait. */
const notApplicable = (more: Partial<Extract<Finding, { kind: "judged" }>> = {}): Finding => ({
  kind: "judged",
  good: true,
  verdict: "notApplicable",
  reason: "NoBaseline",
  ...more,
  message: ["not applicable: no baseline", ...(more.message === undefined ? [] : [more.message])].join("; "),
});

function judgeComparison(
  { look, memory, context }: KindInput<CompareLook>,
  compare: CompareCheck,
  setup: ComparisonSetup,
  comparison: Comparison,
): Finding {
  const lead = leadOf(comparison, setup, compare);
  const shown = harmShown(comparison, setup);
  const base = {
    kind: "judged",
    good: !shown,
    value: lead.value,
    threshold: lead.threshold,
    sampleSize: lead.sampleSize,
    newest: look.newest,
    evidence: evidenceOf(comparison, setup, compare),
    confidence: confidenceOf(comparison, setup, compare),
    compared: comparison,
  } as const;
  if (shown) return { ...base, verdict: "failed", reason: "HarmShown", message: lead.harm };
  if (!look.baseline)
    return notApplicable({ ...base, message: `within its absolute limits: ${lead.measured}` });
  const pending = (reason: string, message: string): Finding => ({
    ...base,
    verdict: "pending",
    reason,
    message,
  });
  if (comparison.metrics.some(({ candidate }) => candidate.requests === 0))
    return pending("NoTraffic", "no request to the candidate has been counted yet");
  if (comparison.metrics.some(({ live }) => live.requests === 0))
    return pending("NoBaseline", "no request to the live side has been counted yet");
  const covered = plus(context.from, context.window);
  const message = `no harm shown: ${lead.measured}`;
  const passed: Finding = { ...base, verdict: "passed", reason: "NoHarmShown", message };
  if (memory.standing === "passed") return passed;
  if (look.newest < covered) {
    const rest = renderDuration(milliseconds(covered - look.newest));
    return pending("WindowOpen", `${message}; window over in ${rest}`);
  }
  const shortcoming = shortcomingOf(comparison, setup, compare);
  return shortcoming === undefined ? passed : pending("TooLittleEvidence", `${message}; but ${shortcoming}`);
}
