/**
 * From raw counter samples to windows: what the series of a selector counted in each, by pod. Deltas are taken by
 * series, so that a restart is seen, and a delta over a missing scrape belongs to the window of the later sample.
 */
import { type Instant, instant } from "../../../base/instant.ts";
import { type CounterFault, countSamples, type Sample, type SeriesCount } from "../counter-delta.ts";

/** A series by the identity of its labels, and the pod that it is counted for. */
export interface PodSeries {
  readonly id: string;
  readonly pod: string;
  readonly samples: readonly Sample[];
}

/** What is known of the series of one selector, to go on from. */
export type KnownSeries = ReadonlyMap<string, SeriesCount>;

/** What one selector counted: by end of the window, then by pod. */
export type CountsByWindow = ReadonlyMap<number, ReadonlyMap<string, number>>;

export interface WindowSpan {
  /** Samples up to here are the baseline of their series; one that is born later counts from 0. */
  readonly since: Instant;
  /** Later samples are left for the next reading. */
  readonly until: Instant;
  /** End of the window that a sample belongs to. */
  readonly windowEnd: (at: Instant) => Instant;
}

export type Windowed =
  | { readonly ok: true; readonly known: KnownSeries; readonly counts: CountsByWindow }
  | { readonly ok: false; readonly fault: CounterFault };

/** A window for each scrape, where one scrape holds both sides. */
export const everyScrape = (at: Instant): Instant => at;

/** Windows of a fixed length, the same ones at every look and in every controller. */
export const everySpan =
  (length: number) =>
  (at: Instant): Instant =>
    instant(Math.ceil(at / length) * length);

const FOREVER = instant(Number.MAX_SAFE_INTEGER);

/** Adds what is new in the series of one selector up. Samples must be in the order of time. */
export function countWindows(
  before: KnownSeries,
  series: readonly PodSeries[],
  { since, until, windowEnd }: WindowSpan,
): Windowed {
  const known = new Map(before);
  const counts = new Map<number, Map<string, number>>();
  for (const { id, pod, samples } of series) {
    let count = known.get(id);
    for (const sample of samples) {
      if (sample.at > until) break;
      const added = countSamples(count, [sample], { from: since, until: FOREVER });
      if (!added.ok) return added;
      const delta = (added.count?.sum ?? 0) - (count?.sum ?? 0);
      count = added.count;
      if (sample.at <= since || delta === 0) continue;
      const end = windowEnd(sample.at);
      const window = counts.get(end) ?? new Map<string, number>();
      counts.set(end, window.set(pod, (window.get(pod) ?? 0) + delta));
    }
    if (count !== undefined) known.set(id, count);
  }
  return { ok: true, known, counts };
}
