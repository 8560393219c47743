/**
 * A comparison while it runs: everything that its windows have come to, small and plain JSON, so that it is kept
 * in the result and a restarted controller goes on with the same test. One window after the other is taken in;
 * where the stream is cut makes no difference.
 */
import type { Instant } from "../../../base/instant.ts";
import { guardSums, logSumExp } from "../absolute-guard.ts";
import {
  addDispersion,
  type CellCounts,
  type Dispersion,
  dispersionFactor,
  NO_DISPERSION,
} from "./dispersion.ts";
import { addHarm, addSafety, mixture, NO_EVIDENCE, type Sums } from "./evidence.ts";
import { addCounts, type Counts, NO_COUNTS } from "./odds-ratio-test.ts";

/** One metric of a comparison. */
export interface MetricSetup {
  /** Part of α that it may spend; those of all metrics come to 1. */
  readonly weight: number;
  /** Odds ratio up to which the candidate counts as no worse. */
  readonly tolerated: number;
  /** Share of events that the candidate must never exceed, whatever the live side does: the absolute guard. */
  readonly max?: number;
}

export interface ComparisonSetup {
  /** Chance of ever failing a candidate that is no worse. */
  readonly alpha: number;
  /** Odds ratio that safety is proven against; absent: not asked for. */
  readonly unacceptable?: number;
  readonly metrics: readonly MetricSetup[];
}

/** What a pod of the live side counted; a gateway that counts for all of them is one pod without a name. */
export interface PodCounts extends Counts {
  readonly pod: string;
}

export interface MetricWindow {
  readonly candidate: Counts;
  readonly live: readonly PodCounts[];
}

/** What all metrics counted in one window, which ends at a time of the source's clock. */
export interface ComparedWindow {
  readonly end: Instant;
  readonly metrics: readonly MetricWindow[];
}

export interface MetricEvidence {
  readonly candidate: Counts;
  readonly live: Counts;
  readonly harm: Sums;
  readonly safety: Sums;
  readonly dispersion: Dispersion;
}

export interface Comparison {
  /** Start and end of what was taken in, on the source's clock. */
  readonly start: Instant;
  readonly until: Instant;
  /** Largest log evidence so far of all metrics together, capped to a finite number. */
  readonly peak: number;
  /** Windows in a row in which some events were more than requests. */
  readonly odd: number;
  /** Pods of the live side that have a place of their own in the dispersion. */
  readonly pods: readonly string[];
  readonly metrics: readonly MetricEvidence[];
}

/** More pods than this share places, which keeps the statistic's mean: a sum of pods differs as pods do. */
export const MOST_PODS = 32;

export const newComparison = (start: Instant, metrics: number): Comparison => ({
  start,
  until: start,
  peak: 0,
  odd: 0,
  pods: [],
  metrics: Array.from({ length: metrics }, () => ({
    candidate: NO_COUNTS,
    live: NO_COUNTS,
    harm: NO_EVIDENCE,
    safety: NO_EVIDENCE,
    dispersion: NO_DISPERSION,
  })),
});

/** Log evidence for harm by one part of the alarm, already weighed. */
export interface Member {
  readonly metric: number;
  readonly guard: boolean;
  readonly evidence: number;
}

/** The parts of the alarm: each metric's comparison and, beside it at half of its weight, its guard. */
export function membersOf(metrics: readonly MetricEvidence[], setup: ComparisonSetup): readonly Member[] {
  return metrics.flatMap((known, metric): Member[] => {
    const { weight, max } = setup.metrics[metric] ?? { weight: 0 };
    const factor = dispersionFactor(known.dispersion);
    const part = Math.log(max === undefined ? weight : weight / 2);
    const relative = { metric, guard: false, evidence: part + mixture(known.harm, factor) };
    if (max === undefined) return [relative];
    return [relative, { metric, guard: true, evidence: part + guardOf(known.candidate, max, factor) }];
  });
}

/** Log evidence that a share is above `max`: with 0 one event is proof, with 1 nothing is. */
function guardOf({ requests, events }: Counts, max: number, factor: number): number {
  if (max <= 0) return events > 0 ? Number.MAX_VALUE : 0;
  return max >= 1 ? 0 : mixture(guardSums({ bad: events, total: requests }, max), factor);
}

/** Whether harm was shown, at this or an earlier window: an average of e-processes that has reached 1/α. */
export const harmShown = ({ peak }: Comparison, { alpha }: ComparisonSetup): boolean =>
  peak >= Math.log(1 / alpha);

/**
 * Takes the next windows in, up to and with the one that shows harm. Windows that are in already are passed
 * over, so a reading may overlap the former one.
 */
export function addWindows(
  known: Comparison,
  windows: readonly ComparedWindow[],
  setup: ComparisonSetup,
): Comparison {
  let comparison = known;
  for (const window of windows) {
    if (harmShown(comparison, setup)) break;
    if (window.end > comparison.until) comparison = addWindow(comparison, window, setup);
  }
  return comparison;
}

function addWindow(known: Comparison, { end, metrics }: ComparedWindow, setup: ComparisonSetup): Comparison {
  const counted = metrics.some(({ candidate, live }) => candidate.requests > 0 || live.length > 0);
  if (!counted) return { ...known, until: end };
  const pods = withPods(known.pods, metrics);
  let odd = false;
  const next = known.metrics.map((before, i) => {
    const window = metrics[i];
    if (window === undefined) return before;
    odd ||= isOdd(window.candidate) || window.live.some(isOdd);
    const live = window.live.map(
      (counts): CellCounts => ({ ...sound(counts), cell: placeOf(counts.pod, pods) }),
    );
    return addMetric(before, sound(window.candidate), live, setup, i);
  });
  const evidence = logSumExp(membersOf(next, setup).map((member) => member.evidence));
  return {
    ...known,
    until: end,
    peak: Math.min(Number.MAX_VALUE, Math.max(known.peak, evidence)),
    odd: odd ? known.odd + 1 : 0,
    pods,
    metrics: next,
  };
}

function addMetric(
  before: MetricEvidence,
  candidate: Counts,
  pods: readonly CellCounts[],
  { unacceptable, metrics }: ComparisonSetup,
  index: number,
): MetricEvidence {
  const live = pods.reduce(addCounts, NO_COUNTS);
  const window = { candidate, live };
  return {
    candidate: addCounts(before.candidate, candidate),
    live: addCounts(before.live, live),
    harm: addHarm(before.harm, window, metrics[index]?.tolerated ?? 1),
    safety: unacceptable === undefined ? before.safety : addSafety(before.safety, window, unacceptable),
    dispersion: addDispersion(before.dispersion, pods),
  };
}

const isOdd = ({ requests, events }: Counts): boolean => events > requests || events < 0;
const sound = ({ requests, events }: Counts): Counts => ({
  requests,
  events: Math.max(0, Math.min(requests, events)),
});

/** Pods in the order in which they came, those of one window by name: it does not depend on who reads. */
function withPods(known: readonly string[], metrics: readonly MetricWindow[]): readonly string[] {
  if (known.length >= MOST_PODS) return known;
  const fresh = new Set<string>();
  for (const { live } of metrics) for (const { pod } of live) if (!known.includes(pod)) fresh.add(pod);
  return fresh.size === 0 ? known : [...known, ...[...fresh].sort()].slice(0, MOST_PODS);
}

/** A pod's own place, or one that it shares: the same at every look and in every controller. */
function placeOf(pod: string, pods: readonly string[]): number {
  const own = pods.indexOf(pod);
  if (own >= 0) return own;
  let hash = 0;
  for (let i = 0; i < pod.length; i++) hash = (Math.imul(hash, 31) + pod.charCodeAt(i)) >>> 0;
  return hash % pods.length;
}
