import { build, type Histogram } from "hdr-histogram-js";
import {
  type Latencies,
  type LoadFigures,
  PERCENTILE_NAMES,
  PERCENTILES,
} from "../../core/gate/load/figures.ts";

/** Three digits, from a microsecond to two minutes. */
const histogram = (): Histogram =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });
/** Kinds of failures that are told apart. */
const MOST_KINDS = 12;
/** A request that is sent so much later than it was due tells of the generator. Milliseconds. */
export const LATE = 100;

/** Counts and times of one load. All times in milliseconds. */
export class Recorder {
  readonly #latency = histogram();
  readonly #lateness = histogram();
  readonly #failures = new Map<string, number>();
  #due = 0;
  #answered = 0;
  #failed = 0;
  #late = 0;
  #bytes = 0;
  #lastAnswer = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** A request was due, and is sent `lateness` after that. */
  sent(lateness: number): void {
    this.#due += 1;
    if (lateness > LATE) this.#late += 1;
    record(this.#lateness, lateness);
  }

  received(bytes: number): void {
    this.#bytes += bytes;
  }

  /** A whole answer arrived; `failure` where it is not what was expected. */
  answered(latency: number, at: number, failure?: string): void {
    this.#answered += 1;
    this.#lastAnswer = at;
    record(this.#latency, latency);
    if (failure !== undefined) this.#fail(failure);
  }

  /** Nobody waits any longer: its time was at least this. */
  gaveUp(latency: number, failure: string): void {
    record(this.#latency, latency);
    this.#fail(failure);
  }

  /** There will be no answer; how fast that is known is no latency of the target. */
  broke(failure: string): void {
    this.#fail(failure);
  }

  figures(planned: number, elapsed: number): LoadFigures {
    return {
      planned,
      due: this.#due,
      answered: this.#answered,
      failed: this.#failed,
      failures: Object.fromEntries([...this.#failures].sort(([, a], [, b]) => b - a)),
      bytes: this.#bytes,
      elapsed: Math.round(elapsed),
      lastAnswer: Math.round(this.#lastAnswer),
      measured: this.#latency.totalCount,
      latency: latenciesOf(this.#latency),
      lateness: latenciesOf(this.#lateness),
      late: this.#late,
    };
  }

  #fail(kind: string): void {
    this.#failed += 1;
    const told = this.#failures.has(kind) || this.#failures.size < MOST_KINDS ? kind : "others";
    this.#failures.set(told, (this.#failures.get(told) ?? 0) + 1);
  }
}

const record = (to: Histogram, time: number): void =>
  to.recordValue(Math.min(120_000_000, Math.max(0, Math.round(time * 1_000))));

const latenciesOf = (from: Histogram): Latencies =>
  Object.fromEntries(
    PERCENTILE_NAMES.map((name) => {
      const { share } = PERCENTILES[name];
      return [name, (share === 1 ? from.maxValue : from.getValueAtPercentile(share * 100)) / 1_000];
    }),
  ) as Latencies;
