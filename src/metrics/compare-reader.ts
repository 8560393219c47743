/**
 * Reads what a comparison has not judged yet: raw samples of both sides, counted into windows. What was counted is
 * kept only so that less has to be read; a reader that starts anew comes to the same windows from the samples.
 */
import type { CompareCheck, CompareMetric } from "../api/checks/compare.ts";
import { minutes, readDuration } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ComparedWindow } from "../core/gate/compare/comparison.ts";
import {
  type CountsByWindow,
  countWindows,
  everyScrape,
  everySpan,
  type KnownSeries,
  type PodSeries,
  type WindowSpan,
} from "../core/gate/compare/counter-windows.ts";
import { windowOf } from "../core/gate/compare/setup.ts";
import type { CounterSource, Side } from "./counter-source.ts";
import { joinWindows, type MetricCounts } from "./join-windows.ts";
import type { Series, SourceProblem } from "./prometheus-answer.ts";

/** How far back a baseline is looked for; Prometheus' own look-back. */
const LOOK_BACK = minutes(5);
/** Samples may come in out of step: this much is read again, and what was counted is passed over. */
const OVERLAP = 20_000;

/** What is known of each selector's series, up to the end of what was judged. */
export interface Known {
  readonly until: Instant;
  readonly series: ReadonlyMap<string, KnownSeries>;
}

export interface Reading {
  readonly source: CounterSource;
  readonly check: CompareCheck;
  /** The live side is read too. */
  readonly baseline: boolean;
  /** End of what was judged, and the source's present. */
  readonly since: Instant;
  readonly now: Instant;
  readonly known: Known | undefined;
  readonly signal: AbortSignal;
}

export interface Read {
  readonly windows: readonly ComparedWindow[];
  /** Time of the newest sample of the totals; undefined when there is no series. */
  readonly newest: Instant | undefined;
  readonly known: Known;
}

export async function readWindows(reading: Reading): Promise<Result<Read, SourceProblem>> {
  const { check, baseline, since } = reading;
  const reader = new SelectorReader(reading);
  // The live side has series for certain; where it is not asked, the candidate gets everything.
  const side = baseline ? "live" : "candidate";
  const [clock] = check.metrics.map((metric) => metric[side].total);
  const first = await reader.series(clock ?? "", side);
  if (!first.ok) return first;
  const newest = newestOf(first.value);
  const until = instant(Math.max(since, endOf(reading, newest)));
  const span = { since, until, windowEnd: windowEndOf(check) };
  const counted = await Promise.all(check.metrics.map((metric) => reader.metric(metric, span)));
  const metrics: MetricCounts[] = [];
  for (const one of counted) {
    if (!one.ok) return one;
    metrics.push(one.value);
  }
  const known = { until, series: reader.counted };
  return ok({ windows: joinWindows(metrics, until), newest, known });
}

const windowEndOf = (check: CompareCheck) =>
  check.source === "gateway" ? everyScrape : everySpan(windowOf(check));

/**
 * Up to where windows are complete. A gateway's scrape holds both sides: what its newest one has, all have. Pods
 * are scraped at different times: a window is closed one scrape later.
 */
function endOf({ check, now }: Reading, newest: Instant | undefined): number {
  if (check.source === "gateway") return newest ?? 0;
  const length = windowOf(check);
  return Math.floor((now - readDuration(check.scrapeInterval)) / length) * length;
}

const newestOf = (series: readonly Series[]): Instant | undefined => {
  let newest: number | undefined;
  for (const { samples } of series)
    for (const { at, value } of samples) if (!Number.isNaN(value) && at > (newest ?? 0)) newest = at;
  return newest === undefined ? undefined : instant(newest);
};

/** Reads each selector once for all metrics of a look. */
class SelectorReader {
  readonly counted = new Map<string, KnownSeries>();
  readonly #reading: Reading;
  readonly #asked = new Map<string, Promise<Result<readonly Series[], SourceProblem>>>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  series(selector: string, side: Side): Promise<Result<readonly Series[], SourceProblem>> {
    const { source, since, now, signal } = this.#reading;
    const key = keyOf(selector, side);
    const back = this.#before(key) === undefined ? LOOK_BACK : OVERLAP;
    const span = { since: instant(since - back), now, side };
    const asked = this.#asked.get(key) ?? source.samples(selector, span, signal);
    this.#asked.set(key, asked);
    return asked;
  }

  async metric(metric: CompareMetric, span: WindowSpan): Promise<Result<MetricCounts, SourceProblem>> {
    const candidate = await this.#side(metric, "candidate", span);
    if (!candidate.ok) return candidate;
    if (!this.#reading.baseline) return ok({ candidate: candidate.value, live: NOTHING });
    const live = await this.#side(metric, "live", span);
    return live.ok ? ok({ candidate: candidate.value, live: live.value }) : live;
  }

  async #side(
    metric: CompareMetric,
    side: Side,
    span: WindowSpan,
  ): Promise<Result<MetricCounts[Side], SourceProblem>> {
    const { total, bad, good } = metric[side];
    const requests = await this.#count(total, side, span);
    if (!requests.ok) return requests;
    const part = await this.#count(bad ?? good ?? "", side, span);
    if (!part.ok) return part;
    if (good !== undefined && requests.value.size > 0 && !this.#found(keyOf(good, side)))
      return err({
        reason: "NoGoodSeries",
        message: `no series matches ${good} although the total has some; name an edge that the histogram has`,
      });
    return ok({ requests: requests.value, part: part.value, isGood: good !== undefined });
  }

  #before(key: string): KnownSeries | undefined {
    const { known, since } = this.#reading;
    return known?.until === since ? known.series.get(key) : undefined;
  }

  #found = (key: string): boolean => (this.counted.get(key)?.size ?? 0) > 0;

  async #count(
    selector: string,
    side: Side,
    span: WindowSpan,
  ): Promise<Result<CountsByWindow, SourceProblem>> {
    const key = keyOf(selector, side);
    const read = await this.series(selector, side);
    if (!read.ok) return read;
    const { source, podLabel } = this.#reading.check;
    const series = read.value.map(({ id, labels, samples }): PodSeries => {
      const pod = source === "gateway" ? "" : (labels[podLabel] ?? labels.instance ?? "");
      return { id, pod, samples };
    });
    const counted = countWindows(this.#before(key) ?? new Map(), series, span);
    if (!counted.ok) {
      const { kind, value } = counted.fault;
      const message = `${selector}: ${value} is ${kind}; name raw counters of requests`;
      return err({ reason: "BadValue", message });
    }
    this.counted.set(key, counted.known);
    return ok(counted.counts);
  }
}

/** Of a source that knows the sides one selector shows each side its own series. */
const keyOf = (selector: string, side: Side): string => `${side} ${selector}`;

const NOTHING: MetricCounts["candidate"] = { requests: new Map(), part: new Map(), isGood: false };
