import { type Duration, minutes, seconds } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import { countSamples, hasFallen, isFalling, type SeriesCount } from "../core/gate/counter-delta.ts";
import { asAsked } from "./answered-series.ts";
import type { Series, SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";

/** How far back a baseline is looked for; Prometheus' own look-back. */
const LOOK_BACK = minutes(5);
/** Samples may come into the store out of step; this much is read again, and what was counted is passed over. */
const OVERLAP = seconds(20);
/** Latest start and longest time of what is asked for when the clocks are not quite known. */
const MARGIN = seconds(2);

/** What was counted so far by series, so that a look reads only what is new. */
export interface SelectorCount {
  readonly series: ReadonlyMap<string, SeriesCount>;
  /** Time of the newest sample, on the source's clock. */
  readonly newest: Instant | undefined;
}

export const NOTHING_COUNTED: SelectorCount = { series: new Map(), newest: undefined };

export interface Reading {
  readonly address: string;
  readonly selector: string;
  /** Start of the evidence and present, on the source's clock. */
  readonly from: Instant;
  readonly now: Instant;
  /** Samples after this are left for the next reading; absent: all are taken. */
  readonly until?: Instant | undefined;
  /** Age up to which data may arrive late. */
  readonly late: Duration;
  readonly signal: AbortSignal;
}

/** Reads raw samples of a selector since the last reading and adds them up. */
export async function readSelector(
  api: PrometheusApi,
  known: SelectorCount,
  reading: Reading,
): Promise<Result<SelectorCount, SourceProblem>> {
  const range = rangeOf(known, reading);
  const answer = await api.query(reading.address, `${reading.selector}[${range}ms]`, reading.signal);
  if (!answer.ok) return answer;
  if (answer.value.type !== "matrix")
    return err({ reason: "WrongType", message: `${reading.selector} is no plain series selector` });
  const series = asAsked(answer.value.series, reading);
  return series.ok ? addSeries(known, series.value, reading) : series;
}

function rangeOf(known: SelectorCount, { from, now, late, until }: Reading): number {
  // With an upper end, samples after it are still to be read next time: go back behind that end as well.
  const start =
    known.newest === undefined
      ? from - LOOK_BACK
      : Math.max(from - LOOK_BACK, Math.min(known.newest, until ?? known.newest) - Math.max(OVERLAP, late));
  return Math.ceil(Math.max(1_000, now - start + MARGIN));
}

function addSeries(
  known: SelectorCount,
  found: readonly Series[],
  { from, until, selector }: Reading,
): Result<SelectorCount, SourceProblem> {
  const series = new Map(known.series);
  let newest = known.newest;
  for (const { id, samples } of found) {
    const counted = countSamples(series.get(id), samples, { from, until: until ?? LAST });
    if (!counted.ok) {
      const { kind, value } = counted.fault;
      return err({
        reason: "BadValue",
        message: `${selector}: ${value} is ${kind}; name raw counters of requests`,
      });
    }
    if (counted.count === undefined) continue;
    if (isFalling(counted.count))
      return err({
        reason: "BadValue",
        message: `${selector}: a counter falls again and again; ask one store, and a counter of one process`,
      });
    series.set(id, counted.count);
    newest = instant(Math.max(newest ?? counted.count.last, counted.count.last));
  }
  return ok({ series, newest });
}

const LAST = instant(Number.MAX_SAFE_INTEGER);

/** Sum over the series: deltas are taken per series first, so that a restart of one is seen. */
export const sumOf = ({ series }: SelectorCount): number => {
  let sum = 0;
  for (const count of series.values()) sum += count.sum;
  return sum;
};

/** A series of these has just begun anew. One that nobody scrapes any more, for longer than data may be late, counts no further. */
export function restartedOf(
  late: Duration,
  ...counted: readonly SelectorCount[]
): { readonly restarted?: true } {
  const all = counted.flatMap(({ series }) => [...series.values()]);
  const newest = all.reduce((latest, { last }) => Math.max(latest, last), 0);
  return all.some((count) => hasFallen(count) && newest - count.last <= late) ? { restarted: true } : {};
}
