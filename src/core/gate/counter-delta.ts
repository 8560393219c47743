import type { Instant } from "../../base/instant.ts";

/**
 * Counting from raw counter samples: what a series counted from a time on, exact to the request. `rate` and
 * `increase` extrapolate and lose what came before their first sample, which is what a fresh pod's errors are.
 * Times are those of the source's own clock throughout.
 */

export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

/** What is known of one series: JSON, and enough to go on from. */
export interface SeriesCount {
  /** Last accepted value; the next one is held against it. */
  readonly carry: number;
  /** Time of that value: earlier samples are already in. */
  readonly last: Instant;
  /** Counted since the start of the evidence. */
  readonly sum: number;
  /** How much it has fallen of late: two for each time, less one for each other sample. Absent: not at all. */
  readonly falls?: number;
}

const MOST_FALLS = 6;

/**
 * Three falls in a row, or one in every second sample for long: no process restarts between each two scrapes. Such
 * samples come from a source that mixes two stores or makes them up, and adding resets up would count what never was.
 */
export const isFalling = ({ falls = 0 }: SeriesCount): boolean => falls >= MOST_FALLS;

/** Whether it has fallen, and has not risen twice since: a process that was restarted, or a source that tells what is not so. */
export const hasFallen = ({ falls = 0 }: SeriesCount): boolean => falls > 0;

/** A value that no counter of requests has. */
export interface CounterFault {
  readonly kind: "infinite" | "negative" | "fractional";
  readonly at: Instant;
  readonly value: number;
}

export type Counted =
  | { readonly ok: true; readonly count: SeriesCount | undefined }
  | { readonly ok: false; readonly fault: CounterFault };

export interface Span {
  /** The baseline of a series is its last sample at or before this time; a series born later counts from 0. */
  readonly from: Instant;
  /** Samples after this time are left for the next reading. */
  readonly until: Instant;
}

/**
 * Adds samples to what is known of a series. Samples must be in the order of time; those that were taken in
 * before are passed over, so overlapping readings count nothing twice and the cut between readings is free.
 * NaN, which the stale marker is too, neither counts nor changes the baseline. A value that falls is a reset.
 */
export function countSamples(
  known: SeriesCount | undefined,
  samples: readonly Sample[],
  { from, until }: Span,
): Counted {
  let count = known;
  for (const { at, value } of samples) {
    if (at > until) break;
    if ((count !== undefined && at <= count.last) || Number.isNaN(value)) continue;
    const fault = faultOf(value);
    if (fault !== undefined) return { ok: false, fault: { kind: fault, at, value } };
    const before = count?.carry ?? 0;
    const fell = value < before;
    const added = at <= from ? 0 : fell ? value : value - before;
    const falls = at <= from ? 0 : Math.max(0, (count?.falls ?? 0) + (fell ? 2 : -1));
    count = {
      ...{ carry: value, last: at, sum: (count?.sum ?? 0) + added },
      ...(falls === 0 ? {} : { falls }),
    };
  }
  return { ok: true, count };
}

function faultOf(value: number): CounterFault["kind"] | undefined {
  if (!Number.isFinite(value)) return "infinite";
  if (value < 0) return "negative";
  return Number.isInteger(value) ? undefined : "fractional";
}
