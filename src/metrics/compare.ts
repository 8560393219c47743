import type { CompareCheck } from "../api/checks/compare.ts";
import { type Duration, hours } from "../base/duration.ts";
import { instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import { hasBaseline } from "../core/gate/baseline.ts";
import { needsLooks } from "../core/gate/judge-compare.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import { type Known, readWindows } from "./compare-reader.ts";
import type { CounterSource } from "./counter-source.ts";
import type { SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { PrometheusCounters } from "./prometheus-counters.ts";
import type { Scraper } from "./scrape/scraper.ts";
import { type LocalTime, SourceClock, toLocal, toSource } from "./source-clock.ts";

/** What was counted is kept for this many checks; one that was dropped is read anew. */
const MOST_KEPT = 1_000;
/** After a long pause of the controller only this much is caught up; what came before it stays unjudged. */
const MOST_BEHIND = hours(1);

const unreadable = ({ reason, message }: SourceProblem): Look => ({ kind: "unreadable", reason, message });

/** Comparisons: each look brings the windows of both sides that the judge has not seen yet. */
export class CompareChecker implements Checker {
  readonly kind = "compare";
  readonly #api: PrometheusApi;
  readonly #clock: SourceClock;
  readonly #monotonic: () => Duration;
  readonly #scraper: Scraper;
  readonly #kept = new Map<string, Known>();

  constructor(api: PrometheusApi, scraper: Scraper, monotonic: () => Duration) {
    this.#api = api;
    this.#scraper = scraper;
    this.#monotonic = monotonic;
    this.#clock = new SourceClock(api, monotonic);
  }

  async look(context: LookContext): Promise<Look> {
    const check = context.check.compare;
    if (check === undefined)
      return unreadable({ reason: "WrongKind", message: "the check is no comparison" });
    const baseline = hasBaseline(context.target);
    if (!baseline && !needsLooks(context.check))
      return { kind: "compare", baseline, start: context.from, windows: [], newest: context.now };
    const time = { now: context.now, monotonic: this.#monotonic() };
    const source = await this.#sourceOf(context, check, baseline);
    return source.ok
      ? this.#read(context, check, source.value, { baseline, time })
      : unreadable(source.error);
  }

  finish(context: LookContext): Promise<void> {
    this.#kept.delete(keyOf(context));
    this.#scraper.forget(keyOf(context));
    return Promise.resolve();
  }

  #sourceOf(
    context: LookContext,
    check: CompareCheck,
    baseline: boolean,
  ): Promise<Result<CounterSource, SourceProblem>> {
    const { scrape, prometheus } = check;
    if (scrape !== undefined) return this.#scraper.read(keyOf(context), context, { check, scrape, baseline });
    const address = this.#api.addressOf(prometheus?.address);
    const message =
      "no Prometheus is known; give compare.prometheus.address, or start the controller with one";
    return Promise.resolve(
      address === undefined
        ? err({ reason: "NoAddress", message })
        : ok(new PrometheusCounters(this.#api, this.#clock, address)),
    );
  }

  async #read(
    context: LookContext,
    check: CompareCheck,
    source: CounterSource,
    { baseline, time }: { readonly baseline: boolean; readonly time: LocalTime },
  ): Promise<Look> {
    const { from, judgedUntil, signal } = context;
    const offset = await source.offset(time, signal);
    if (!offset.ok) return unreadable(offset.error);
    const present = instant(time.now + (this.#monotonic() - time.monotonic));
    const now = toSource(present, offset.value);
    const start = toSource(from, offset.value);
    const since = instant(Math.max(judgedUntil ?? start, now - MOST_BEHIND));
    const key = keyOf(context);
    const read = await readWindows({
      source,
      check,
      baseline,
      since,
      now,
      known: this.#kept.get(key),
      signal,
    });
    if (!read.ok) return unreadable(read.error);
    this.#keep(key, read.value.known);
    const { windows, newest } = read.value;
    if (newest === undefined) {
      const side = baseline ? "live side" : "candidate";
      return { kind: "nothing", reason: "NoSeries", message: `no series of the ${side} matches` };
    }
    return { kind: "compare", baseline, start, windows, newest: toLocal(newest, offset.value) };
  }

  #keep(key: string, known: Known): void {
    this.#kept.delete(key);
    this.#kept.set(key, known);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const keyOf = ({ verification, check }: LookContext): string => `${verification.uid}/${check.name}`;
