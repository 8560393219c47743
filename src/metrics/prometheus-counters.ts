import type { Duration } from "../base/duration.ts";
import { err, type Result } from "../base/result.ts";
import { asAsked } from "./answered-series.ts";
import type { CounterSource, SampleSpan } from "./counter-source.ts";
import type { Series, SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import type { LocalTime, SourceClock } from "./source-clock.ts";

/** The clocks are not known exactly: this much more is read. */
const MARGIN = 2_000;

/** Raw counters from one Prometheus, by instant queries of range selectors. */
export class PrometheusCounters implements CounterSource {
  readonly #api: PrometheusApi;
  readonly #clock: SourceClock;
  readonly #address: string;

  constructor(api: PrometheusApi, clock: SourceClock, address: string) {
    this.#api = api;
    this.#clock = clock;
    this.#address = address;
  }

  offset(time: LocalTime, signal: AbortSignal): Promise<Result<Duration, SourceProblem>> {
    return this.#clock.offset(this.#address, time, signal);
  }

  async samples(
    selector: string,
    { since, now }: SampleSpan,
    signal: AbortSignal,
  ): Promise<Result<readonly Series[], SourceProblem>> {
    const range = Math.ceil(Math.max(1_000, now - since + MARGIN));
    const answer = await this.#api.query(this.#address, `${selector}[${range}ms]`, signal);
    if (!answer.ok) return answer;
    if (answer.value.type !== "matrix")
      return err({ reason: "WrongType", message: `${selector} is no plain series selector` });
    return asAsked(answer.value.series, { selector, now });
  }
}
