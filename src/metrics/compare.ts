import { type Duration, hours } from "../base/duration.ts";
import { instant } from "../base/instant.ts";
import { hasBaseline } from "../core/gate/baseline.ts";
import { needsLooks } from "../core/gate/judge-compare.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import { type Known, readWindows } from "./compare-reader.ts";
import type { CounterSource } from "./counter-source.ts";
import type { SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { PrometheusCounters } from "./prometheus-counters.ts";
import { SourceClock, toLocal, toSource } from "./source-clock.ts";

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
  readonly #kept = new Map<string, Known>();

  constructor(api: PrometheusApi, monotonic: () => Duration) {
    this.#api = api;
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
    const address = this.#api.addressOf(check.prometheus.address);
    if (address === undefined)
      return unreadable({
        reason: "NoAddress",
        message: "no Prometheus is known; give compare.prometheus.address, or start the controller with one",
      });
    const source = new PrometheusCounters(this.#api, this.#clock, address);
    return this.#read(context, source, baseline);
  }

  finish(context: LookContext): Promise<void> {
    this.#kept.delete(keyOf(context));
    return Promise.resolve();
  }

  async #read(context: LookContext, source: CounterSource, baseline: boolean): Promise<Look> {
    const { check, from, judgedUntil, signal } = context;
    if (check.compare === undefined) throw new TypeError("the check is no comparison");
    const time = { now: context.now, monotonic: this.#monotonic() };
    const offset = await source.offset(time, signal);
    if (!offset.ok) return unreadable(offset.error);
    const present = instant(time.now + (this.#monotonic() - time.monotonic));
    const now = toSource(present, offset.value);
    const start = toSource(from, offset.value);
    const since = instant(Math.max(judgedUntil ?? start, now - MOST_BEHIND));
    const key = keyOf(context);
    const read = await readWindows({
      source,
      check: check.compare,
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
