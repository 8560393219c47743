import type { PrometheusCheck } from "../api/checks/prometheus.ts";
import { type Duration, milliseconds, readDuration } from "../base/duration.ts";
import { type Instant, instant, plus } from "../base/instant.ts";
import { ok, type Result } from "../base/result.ts";
import { NOTHING, readWeight } from "../base/weight.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import type { SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { NOTHING_COUNTED, readSelector, restartedOf, type SelectorCount, sumOf } from "./share-reader.ts";
import { SourceClock, toLocal, toSource } from "./source-clock.ts";

type Share = NonNullable<PrometheusCheck["share"]>;
type Split = NonNullable<PrometheusCheck["split"]>;

/** Two selectors that are counted together, the second no further than the first. */
interface Pair {
  readonly address: string;
  readonly whole: string;
  readonly part: string;
  /** Start of the evidence, on our clock. */
  readonly from: Instant;
  /** Age up to which data may arrive late. */
  readonly late: Duration;
}

interface Counts {
  readonly of: string;
  readonly whole: SelectorCount;
  readonly part: SelectorCount;
}

/** What a pair counted, and how to read times of the source. */
interface Counted extends Counts {
  readonly local: (at: Instant) => Instant;
}

/** Counts of this many checks are kept; one that was dropped is read anew from the start of its evidence. */
const MOST_KEPT = 5_000;
/** Shorter ranges hold no sample at all. */
const SHORTEST_WINDOW = milliseconds(1_000);

const unreadable = ({ reason, message }: SourceProblem): Look => ({ kind: "unreadable", reason, message });

/**
 * Metric checks from Prometheus. `share` and `split` count raw samples, reading at each look only what is new;
 * `query` takes the one number that any PromQL answers with.
 */
export class PrometheusChecker implements Checker {
  readonly kind = "prometheus";
  readonly #api: PrometheusApi;
  readonly #clock: SourceClock;
  readonly #monotonic: () => Duration;
  readonly #kept = new Map<string, Counts>();

  constructor(api: PrometheusApi, monotonic: () => Duration) {
    this.#api = api;
    this.#monotonic = monotonic;
    this.#clock = new SourceClock(api, monotonic);
  }

  async look(context: LookContext): Promise<Look> {
    const check = context.check.prometheus;
    if (check === undefined)
      return unreadable({ reason: "WrongKind", message: "the check is no metric check" });
    const address = this.#api.addressOf(check.address);
    if (address === undefined)
      return unreadable({
        reason: "NoAddress",
        message: "no Prometheus is known; give prometheus.address, or start the controller with one",
      });
    if (check.share) return this.#lookAtShare(context, check, check.share, address);
    if (check.split) return this.#lookAtSplit(context, check, check.split, address);
    if (check.query) return this.#lookAtValue(context, check.query.expr, address);
    return unreadable({ reason: "InvalidCheck", message: "give share, split or query" });
  }

  finish(context: LookContext): Promise<void> {
    this.#kept.delete(keyOf(context));
    return Promise.resolve();
  }

  async #lookAtShare(
    context: LookContext,
    { staleAfter }: PrometheusCheck,
    share: Share,
    address: string,
  ): Promise<Look> {
    const counted = await this.#count(context, {
      address,
      whole: share.total,
      part: share.bad ?? share.good ?? "",
      from: context.from,
      late: readDuration(staleAfter),
    });
    return counted.ok ? shareLook(share, counted.value, readDuration(staleAfter)) : unreadable(counted.error);
  }

  /**
   * Requests by side. The count of a series begins at its last sample before the start, and that sample must not be
   * of the former split: so the start is put off by `staleAfter`, which is more than the time between two scrapes.
   * A slot that is asked to get nothing is looked at from the start on: there an earlier request does no harm.
   */
  async #lookAtSplit(
    context: LookContext,
    { staleAfter }: PrometheusCheck,
    { candidate, live }: Split,
    address: string,
  ): Promise<Look> {
    const late = readDuration(staleAfter);
    const silence = context.target.share !== undefined && readWeight(context.target.share) === NOTHING;
    const from = silence ? context.from : plus(context.from, late);
    // The live side has series for certain; the candidate's begin with its first request.
    const counted = await this.#count(context, { address, whole: live, part: candidate, from, late });
    if (!counted.ok) return unreadable(counted.error);
    const { whole, part, local } = counted.value;
    if (whole.newest === undefined)
      return { kind: "nothing", reason: "NoSeries", message: `no series matches the live side ${live}` };
    const [candidateSum, liveSum] = [sumOf(part), sumOf(whole)];
    const newest = local(whole.newest);
    return {
      kind: "split",
      candidate: candidateSum,
      live: liveSum,
      newest,
      ...restartedOf(late, whole, part),
    };
  }

  /** Counts both selectors since the start; a part is never counted beyond the last sample of the whole. */
  async #count(context: LookContext, pair: Pair): Promise<Result<Counted, SourceProblem>> {
    const { address, late } = pair;
    const time = { now: context.now, monotonic: this.#monotonic() };
    const offset = await this.#clock.offset(address, time, context.signal);
    if (!offset.ok) return offset;
    const key = keyOf(context);
    const of = JSON.stringify([pair.from, address, pair.whole, pair.part]);
    const kept = this.#kept.get(key);
    const before = kept?.of === of ? kept : { of, whole: NOTHING_COUNTED, part: NOTHING_COUNTED };
    const present = () => instant(time.now + (this.#monotonic() - time.monotonic));
    const reading = { address, from: toSource(pair.from, offset.value), late, signal: context.signal };
    const now = toSource(present(), offset.value);
    const whole = await readSelector(this.#api, before.whole, { ...reading, now, selector: pair.whole });
    if (!whole.ok) return whole;
    // The part is read after the whole and cut where the whole ends: it never counts a scrape that the whole lacks.
    const part = await readSelector(this.#api, before.part, {
      ...reading,
      now: toSource(present(), offset.value),
      until: whole.value.newest ?? reading.from,
      selector: pair.part,
    });
    if (!part.ok) return part;
    const counts = { of, whole: whole.value, part: part.value };
    this.#keep(key, counts);
    return ok({ ...counts, local: (at) => toLocal(at, offset.value) });
  }

  async #lookAtValue(context: LookContext, expr: string, address: string): Promise<Look> {
    const window = context.now - context.from;
    const usesWindow = /\{\{\s*window\s*\}\}/.test(expr);
    if (usesWindow && window < SHORTEST_WINDOW)
      return { kind: "nothing", reason: "TooEarly", message: "the evidence is younger than a second" };
    const filled = expr.replace(/\{\{\s*window\s*\}\}/g, `${Math.max(1, Math.floor(window))}ms`);
    const answer = await this.#api.query(address, filled, context.signal);
    if (!answer.ok) return unreadable(answer.error);
    if (answer.value.type === "matrix")
      return unreadable({
        reason: "WrongType",
        message: "the query answers with a range; it must give one number",
      });
    const values = answer.value.type === "vector" ? answer.value.values : [answer.value.value];
    const [value, ...more] = values;
    if (value === undefined)
      return { kind: "nothing", reason: "NoSeries", message: "the query returned no value" };
    if (more.length > 0)
      return unreadable({
        reason: "SeveralSeries",
        message: `the query returned ${values.length} values where one is meant; aggregate, for instance with sum()`,
      });
    if (Number.isNaN(value)) return unreadable({ reason: "NotANumber", message: "the query returned NaN" });
    return { kind: "value", value, newest: context.now };
  }

  #keep(key: string, counts: Counts): void {
    this.#kept.delete(key);
    this.#kept.set(key, counts);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const keyOf = ({ verification, check }: LookContext): string => `${verification.uid}/${check.name}`;

function shareLook(share: Share, { whole, part, local }: Counted, late: Duration): Look {
  if (whole.newest === undefined)
    return { kind: "nothing", reason: "NoSeries", message: `no series matches the total ${share.total}` };
  // A healthy service has no error series at all; a histogram without the bucket is a wrong limit.
  if (share.good !== undefined && part.newest === undefined)
    return unreadable({
      reason: "NoGoodSeries",
      message: `no series matches ${share.good} although the total has some; name an edge that the histogram has`,
    });
  const counted = sumOf(whole);
  const bad = share.good === undefined ? sumOf(part) : counted - sumOf(part);
  if (bad < 0)
    return unreadable({
      reason: "Inconsistent",
      message: `${sumOf(part)} good requests of ${counted}: the selectors count different things`,
    });
  const figures = { bad, total: counted, newest: local(whole.newest), series: whole.series.size };
  return { kind: "share", ...figures, ...restartedOf(late, whole, part) };
}
