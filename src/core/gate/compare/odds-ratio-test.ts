/**
 * Evidence of one window that events come more often from the candidate than from the live side.
 *
 * Given how many requests each side got and how many events there were in all, the candidate's number of events
 * follows Fisher's noncentral hypergeometric distribution, in which only the odds ratio ψ of the two sides is left:
 * drifting traffic, bursts that hit both sides and changing weights drop out (Fisher 1935; Cornfield 1956). The
 * likelihood ratio of two values of ψ has expectation 1 under the null and at most 1 below it, because ln Z is
 * convex in ln ψ; products over windows are therefore e-processes (Lindon and Malek, arXiv 2011.03567).
 */
import { type Margins, stepOf, supportOf } from "./margins.ts";
import { peakLogPartition } from "./peak-partition.ts";

/** One side in one window: whole numbers, events ≤ requests. An event is an error, or a slow request. */
export interface Counts {
  readonly requests: number;
  readonly events: number;
}

export const NO_COUNTS: Counts = { requests: 0, events: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  requests: a.requests + b.requests,
  events: a.events + b.events,
});

export interface WindowCounts {
  readonly candidate: Counts;
  readonly live: Counts;
}

/** Up to this many terms are added one by one; beyond, only those around the largest. */
const MOST_TERMS = 4_096;
/** Up to this many terms the sum rarely overflows, so that no logarithm is taken of each. */
const FEW_TERMS = 256;

/**
 * ln Z(ψ) for each ln ψ: the sum of C(n, x) C(m, e-x) ψ^(x - low) over the support, up to a constant that is
 * the same for every ψ of the window, so only differences mean something.
 */
export function logPartitions(margins: Margins, logOdds: readonly number[]): Float64Array {
  const [low, high] = supportOf(margins);
  if (high - low >= MOST_TERMS)
    return Float64Array.from(logOdds, (odds) => peakLogPartition(margins, [low, high], odds));
  const few = high - low <= FEW_TERMS ? plainSums(margins, logOdds, low, high) : undefined;
  return few ?? scaledSums(margins, logOdds, low, high);
}

/** Adds the terms as they are, relative to the first; undefined when they are too large for that. */
function plainSums(
  margins: Margins,
  logOdds: readonly number[],
  low: number,
  high: number,
): Float64Array | undefined {
  const odds = Float64Array.from(logOdds, Math.exp);
  const sum = new Float64Array(odds.length).fill(1);
  const term = new Float64Array(odds.length).fill(1);
  for (let x = low; x < high; x++) {
    const step = stepOf(margins, x);
    for (let j = 0; j < odds.length; j++) {
      const next = (term[j] ?? 0) * (odds[j] ?? 0) * step;
      term[j] = next;
      sum[j] = (sum[j] ?? 0) + next;
    }
  }
  for (let j = 0; j < sum.length; j++) {
    const total = sum[j] ?? 0;
    if (!Number.isFinite(total)) return undefined;
    sum[j] = Math.log(total);
  }
  return sum;
}

/** Adds logarithms of the terms, each sum relative to its largest. */
function scaledSums(margins: Margins, logOdds: readonly number[], low: number, high: number): Float64Array {
  const most = new Float64Array(logOdds.length).fill(Number.NEGATIVE_INFINITY);
  const sum = new Float64Array(logOdds.length);
  let weight = 0;
  for (let x = low; x <= high; x++) {
    for (let j = 0; j < logOdds.length; j++) {
      const term = weight + (x - low) * (logOdds[j] ?? 0);
      const peak = most[j] ?? 0;
      if (term <= peak) sum[j] = (sum[j] ?? 0) + Math.exp(term - peak);
      else {
        sum[j] = (sum[j] ?? 0) * Math.exp(peak - term) + 1;
        most[j] = term;
      }
    }
    if (x < high) weight += Math.log(stepOf(margins, x));
  }
  return most.map((peak, j) => peak + Math.log(sum[j] ?? 1));
}

/** Whether the window can say anything: events on neither side, or nothing but events, fit every ψ alike. */
const isSilent = ({ candidate, live, events }: Margins): boolean =>
  events === 0 || candidate === 0 || live === 0 || events === candidate + live;

/**
 * ln of the likelihood ratio of each alternative to the null, both as ln ψ. All 0 for a window that says nothing.
 * @param alternatives all above the null to show harm, all below to show its absence
 */
export function windowEvidence(
  { candidate, live }: WindowCounts,
  nullOdds: number,
  alternatives: readonly number[],
): readonly number[] {
  const events = candidate.events + live.events;
  const margins = { candidate: candidate.requests, live: live.requests, events };
  if (isSilent(margins)) return alternatives.map(() => 0);
  const [low] = supportOf(margins);
  const partitions = logPartitions(margins, [nullOdds, ...alternatives]);
  const atNull = partitions[0] ?? 0;
  return alternatives.map(
    (odds, j) => (candidate.events - low) * (odds - nullOdds) - (partitions[j + 1] ?? 0) + atNull,
  );
}
