/** What a comparison says to people: the metric that matters most, the evidence, and what could have been seen. */
import type { CompareCheck, CompareMetric } from "../../../api/checks/compare.ts";
import { milliseconds, renderDuration } from "../../../base/duration.ts";
import { percent, readShare } from "../share-text.ts";
import { type Comparison, type ComparisonSetup, type MetricEvidence, membersOf } from "./comparison.ts";
import { dispersionFactor, podsOf } from "./dispersion.ts";
import { mixture } from "./evidence.ts";
import { type Counts, NO_COUNTS } from "./odds-ratio-test.ts";
import { couldShow, smallestRise, timeNeeded } from "./planning.ts";
import { conditionsOf, windowOf } from "./setup.ts";

/** Chance of a false proof of safety. */
const BETA = 0.05;

const shareOf = ({ requests, events }: Counts): number => (requests === 0 ? 0 : events / requests);
const counted = (counts: Counts): string =>
  `${counts.events} of ${counts.requests} (${percent(shareOf(counts))})`;
const sides = ({ candidate, live }: Pick<MetricEvidence, "candidate" | "live">): string =>
  `candidate ${counted(candidate)} bad, live ${counted(live)} bad`;

/** The metric with the most evidence against the candidate. */
export interface Lead {
  readonly value: number;
  readonly threshold: string;
  readonly sampleSize: number;
  readonly measured: string;
  /** The sentence that says that harm is shown. */
  readonly harm: string;
}

export function leadOf(comparison: Comparison, setup: ComparisonSetup, { metrics }: CompareCheck): Lead {
  const members = membersOf(comparison.metrics, setup);
  const most = members.reduce((a, b) => (b.evidence > a.evidence ? b : a));
  const known = comparison.metrics[most.metric] ?? { candidate: NO_COUNTS, live: NO_COUNTS };
  const { name = "", tolerate = 1, max } = metrics[most.metric] ?? {};
  const measured = `${name}: ${sides(known)}`;
  const odds = tolerate === 1 ? "" : `, odds up to ${tolerate} times`;
  return {
    value: shareOf(known.candidate),
    threshold: most.guard ? `${name} ≤ ${max}` : `${name} no worse than live${odds}`,
    sampleSize: known.candidate.requests + known.live.requests,
    measured,
    harm: most.guard ? `${measured}: above ${max}` : `${measured}: the candidate is worse`,
  };
}

/** One line for each metric. */
export function evidenceOf(
  comparison: Comparison,
  setup: ComparisonSetup,
  { metrics, source }: CompareCheck,
): string {
  const members = membersOf(comparison.metrics, setup);
  const lines = comparison.metrics.map((known, i) => {
    const logs = members
      .filter(({ metric }) => metric === i)
      .map(({ guard, evidence }) => `${guard ? "guard" : "comparison"} ln E ${evidence.toFixed(2)}`);
    const spread =
      source === "pods" && podsOf(known.dispersion) < 2 ? ", one live pod: spread of pods unknown" : "";
    const factor = dispersionFactor(known.dispersion).toFixed(2);
    return `${metrics[i]?.name}: ${sides(known)}; ${logs.join(", ")}; dispersion ${factor}${spread}`;
  });
  return lines.join("\n");
}

/** The anytime-valid p-value, and the smallest rise of each metric that would have been shown by now. */
export function confidenceOf(comparison: Comparison, setup: ComparisonSetup, check: CompareCheck): string {
  const chance = Math.min(1, Math.exp(-comparison.peak));
  const seen = check.metrics.map(({ name }, i) => {
    const rise = riseOf(comparison, setup, check, i);
    return `${name} ${rise === undefined ? "none" : `+${percent(rise)}`}`;
  });
  return `chance of such evidence ever for a candidate that is no worse: at most ${percent(chance)} (fails at ${percent(setup.alpha)}); rises that would show by now with 80 % power: ${seen.join(", ")}`;
}

function riseOf(
  comparison: Comparison,
  setup: ComparisonSetup,
  check: CompareCheck,
  metric: number,
): number | undefined {
  const conditions = conditionsOf(comparison, setup, metric, windowOf(check));
  return conditions && smallestRise(milliseconds(comparison.until - comparison.start), conditions);
}

/** Why what was seen is not enough to pass: the first metric that falls short; undefined when none does. */
export function shortcomingOf(
  comparison: Comparison,
  setup: ComparisonSetup,
  check: CompareCheck,
): string | undefined {
  for (const [i, metric] of check.metrics.entries()) {
    const short =
      setup.unacceptable === undefined
        ? unseenOf(comparison, setup, check, { metric, i })
        : unprovenOf(comparison, setup.unacceptable, { metric, i });
    if (short !== undefined) return short;
  }
  return undefined;
}

interface One {
  readonly metric: CompareMetric;
  readonly i: number;
}

function unseenOf(
  comparison: Comparison,
  setup: ComparisonSetup,
  check: CompareCheck,
  { metric: { name, detect }, i }: One,
): string | undefined {
  const wanted = readShare(detect) ?? 0;
  const conditions = conditionsOf(comparison, setup, i, windowOf(check));
  const time = milliseconds(comparison.until - comparison.start);
  if (conditions === undefined) return `nothing was seen of ${name}`;
  if (couldShow(wanted, time, conditions)) return undefined;
  const rise = smallestRise(time, conditions);
  const seen =
    rise === undefined ? "no rise could have been seen yet" : `the smallest that could is ${percent(rise)}`;
  const needed = timeNeeded(wanted, conditions);
  const more =
    needed === undefined ? "never at this traffic" : `about ${renderDuration(needed)} at this traffic`;
  return `a rise of ${name} by ${percent(wanted)} could not have been seen: ${seen}; it takes ${more}`;
}

function unprovenOf(comparison: Comparison, unacceptable: number, { metric, i }: One): string | undefined {
  const known = comparison.metrics[i];
  const evidence = known === undefined ? 0 : mixture(known.safety, dispersionFactor(known.dispersion));
  if (evidence >= Math.log(1 / BETA)) return undefined;
  return `it is not proven that the odds of ${metric.name} are below ${unacceptable} times the live side's (ln E ${evidence.toFixed(2)} of ${Math.log(1 / BETA).toFixed(2)})`;
}
