import { type Instant, instant } from "../base/instant.ts";
import type { ComparedWindow, MetricWindow, PodCounts } from "../core/gate/compare/comparison.ts";
import type { CountsByWindow } from "../core/gate/compare/counter-windows.ts";
import { addCounts, NO_COUNTS } from "../core/gate/compare/odds-ratio-test.ts";

/** What one side's selectors of a metric counted. */
export interface SideCounts {
  readonly requests: CountsByWindow;
  readonly part: CountsByWindow;
  /** The part is the good requests, not the bad ones. */
  readonly isGood: boolean;
}

export interface MetricCounts {
  readonly candidate: SideCounts;
  readonly live: SideCounts;
}

/**
 * The windows of all metrics side by side. The last one is there even if nothing was counted in it: time in which
 * nothing came is time that was looked at.
 */
export function joinWindows(metrics: readonly MetricCounts[], until: Instant): readonly ComparedWindow[] {
  const ends = new Set<number>([until]);
  for (const { candidate, live } of metrics)
    for (const counts of [candidate.requests, candidate.part, live.requests, live.part])
      for (const end of counts.keys()) ends.add(end);
  return [...ends]
    .toSorted((a, b) => a - b)
    .map((end) => ({ end: instant(end), metrics: metrics.map((metric) => windowAt(metric, end)) }));
}

const windowAt = ({ candidate, live }: MetricCounts, end: number): MetricWindow => ({
  candidate: podsAt(candidate, end).reduce(addCounts, NO_COUNTS),
  live: podsAt(live, end),
});

function podsAt({ requests, part, isGood }: SideCounts, end: number): readonly PodCounts[] {
  const [all, some] = [requests.get(end) ?? EMPTY, part.get(end) ?? EMPTY];
  return [...new Set([...all.keys(), ...some.keys()])].sort().map((pod) => {
    const total = all.get(pod) ?? 0;
    const counted = some.get(pod) ?? 0;
    return { pod, requests: total, events: isGood ? total - counted : counted };
  });
}

const EMPTY: ReadonlyMap<string, number> = new Map();
