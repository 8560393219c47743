/** The judge and three rules that are in use elsewhere, each fed the same windows; each says when it would revert. */
import { instant } from "../../../src/base/instant.ts";
import {
  addWindows,
  type ComparedWindow,
  type Comparison,
  type ComparisonSetup,
  harmShown,
  newComparison,
} from "../../../src/core/gate/compare/comparison.ts";
import type { Counts } from "../../../src/core/gate/compare/odds-ratio-test.ts";
import { logFactorial } from "../../../src/core/gate/compare/peak-partition.ts";
import { plus, totalsOf } from "./stream.ts";

export interface Rule {
  readonly name: string;
  /** Takes one window in; true when it reverts. */
  look(window: ComparedWindow): boolean;
}

export function sequentialTest(alpha: number): Rule {
  const setup: ComparisonSetup = { alpha, metrics: [{ weight: 1, tolerated: 1 }] };
  let comparison: Comparison = newComparison(instant(0), 1);
  const look = (window: ComparedWindow): boolean => {
    comparison = addWindows(comparison, [window], setup);
    return harmShown(comparison, setup);
  };
  return { name: "sequential test", look };
}

const NONE: Counts = { requests: 0, events: 0 };

/** Share of bad requests of the candidate in the last minute above a limit; one breach reverts. */
export function fixedThreshold(limit: number, windows: number): Rule {
  const last: Counts[] = [];
  const look = (window: ComparedWindow): boolean => {
    last.push(totalsOf(window).candidate);
    if (last.length > windows) last.shift();
    const { requests, events } = last.reduce(plus, NONE);
    return requests > 0 && events / requests > limit;
  };
  return { name: "fixed threshold", look };
}

/** One-sided Fisher test of all counts so far, at every `every`-th window. */
export function repeatedFisher(level: number, every: number): Rule {
  let [candidate, live, looks] = [NONE, NONE, 0];
  const look = (window: ComparedWindow): boolean => {
    const totals = totalsOf(window);
    candidate = plus(candidate, totals.candidate);
    live = plus(live, totals.live);
    looks += 1;
    return looks % every === 0 && fisher(candidate, live) <= level;
  };
  return { name: "repeated Fisher", look };
}

/** Hypergeometric tail: the chance of as many events of the candidate or more. */
export function fisher(candidate: Counts, live: Counts): number {
  const events = candidate.events + live.events;
  const most = Math.min(events, candidate.requests);
  const choose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  let term = Math.exp(
    choose(candidate.requests, candidate.events) +
      choose(live.requests, live.events) -
      choose(candidate.requests + live.requests, events),
  );
  let tail = 0;
  for (let x = candidate.events; x <= most && term > 1e-18; x++) {
    tail += term;
    term *= ((events - x) * (candidate.requests - x)) / ((x + 1) * (live.requests - events + x + 1));
  }
  return tail;
}

/** One-sided Mann-Whitney test of the shares of bad requests by `every` windows, all points so far, at every point. */
export function repeatedMannWhitney(criticalZ: number, every: number): Rule {
  const points: { readonly candidate: boolean; readonly share: number }[] = [];
  let [candidate, live, looks] = [NONE, NONE, 0];
  const look = (window: ComparedWindow): boolean => {
    const totals = totalsOf(window);
    candidate = plus(candidate, totals.candidate);
    live = plus(live, totals.live);
    looks += 1;
    if (looks % every !== 0) return false;
    if (candidate.requests > 0)
      points.push({ candidate: true, share: candidate.events / candidate.requests });
    if (live.requests > 0) points.push({ candidate: false, share: live.events / live.requests });
    [candidate, live] = [NONE, NONE];
    return points.length >= 10 && mannWhitneyZ(points) > criticalZ;
  };
  return { name: "repeated Mann-Whitney", look };
}

/** The normal score of the rank sum, corrected for ties and continuity. */
export function mannWhitneyZ(
  points: readonly { readonly candidate: boolean; readonly share: number }[],
): number {
  const sorted = points.toSorted((a, b) => a.share - b.share);
  let [ranks, ties] = [0, 0];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]?.share === sorted[start]?.share) end += 1;
    const size = end - start;
    ties += size ** 3 - size;
    for (let i = start; i < end; i++) if (sorted[i]?.candidate) ranks += (start + 1 + end) / 2;
    start = end;
  }
  const n = points.filter((point) => point.candidate).length;
  const m = points.length - n;
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  return variance <= 0 ? 0 : (ranks - (n * (n + 1)) / 2 - (n * m) / 2 - 0.5) / Math.sqrt(variance);
}
