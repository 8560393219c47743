import type { PrometheusCheck } from "../api/check.ts";
import { type Duration, milliseconds, readDuration } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import type { SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { NOTHING_COUNTED, readSelector, type SelectorCount, sumOf } from "./share-reader.ts";
import { SourceClock, toLocal, toSource } from "./source-clock.ts";

type Share = NonNullable<PrometheusCheck["share"]>;
interface Counts {
  readonly of: string;
  readonly total: SelectorCount;
  readonly part: SelectorCount;
}

/** Counts of this many checks are kept; one that was dropped is read anew from the start of its evidence. */
const MOST_KEPT = 5_000;
/** Shorter ranges hold no sample at all. */
const SHORTEST_WINDOW = milliseconds(1_000);

const unreadable = ({ reason, message }: SourceProblem): Look => ({ kind: "unreadable", reason, message });

/**
 * Metric checks from Prometheus. `share` counts raw samples, reading at each look only what is new;
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
    if (check.query) return this.#lookAtValue(context, check.query.expr, address);
    return unreadable({ reason: "InvalidCheck", message: "give share or query" });
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
    const local = { now: context.now, monotonic: this.#monotonic() };
    const offset = await this.#clock.offset(address, local, context.signal);
    if (!offset.ok) return unreadable(offset.error);
    const key = keyOf(context);
    const of = JSON.stringify([context.from, address, share]);
    const kept = this.#kept.get(key);
    const before = kept?.of === of ? kept : { of, total: NOTHING_COUNTED, part: NOTHING_COUNTED };
    const present = () => instant(local.now + (this.#monotonic() - local.monotonic));
    const reading = {
      address,
      from: toSource(context.from, offset.value),
      late: readDuration(staleAfter),
      signal: context.signal,
    };
    const now = toSource(present(), offset.value);
    const total = await readSelector(this.#api, before.total, { ...reading, now, selector: share.total });
    if (!total.ok) return unreadable(total.error);
    // The part is read after the total and cut where the total ends: it never counts a scrape that the total lacks.
    const part = await readSelector(this.#api, before.part, {
      ...reading,
      now: toSource(present(), offset.value),
      until: total.value.newest ?? reading.from,
      selector: share.bad ?? share.good ?? "",
    });
    if (!part.ok) return unreadable(part.error);
    this.#keep(key, { of, total: total.value, part: part.value });
    return shareLook(share, { total: total.value, part: part.value }, (at) => toLocal(at, offset.value));
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

function shareLook(
  share: Share,
  { total, part }: { readonly total: SelectorCount; readonly part: SelectorCount },
  local: (at: Instant) => Instant,
): Look {
  if (total.newest === undefined)
    return { kind: "nothing", reason: "NoSeries", message: `no series matches the total ${share.total}` };
  // A healthy service has no error series at all; a histogram without the bucket is a wrong limit.
  if (share.good !== undefined && part.newest === undefined)
    return unreadable({
      reason: "NoGoodSeries",
      message: `no series matches ${share.good} although the total has some; name an edge that the histogram has`,
    });
  const counted = sumOf(total);
  const bad = share.good === undefined ? sumOf(part) : counted - sumOf(part);
  if (bad < 0)
    return unreadable({
      reason: "Inconsistent",
      message: `${sumOf(part)} good requests of ${counted}: the selectors count different things`,
    });
  return { kind: "share", bad, total: counted, newest: local(total.newest), series: total.series.size };
}
