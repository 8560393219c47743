import type { Duration } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";

/** A Date header names a whole second, cut off: the true time is up to this much later. */
const RESOLUTION = 1_000;
/** When the server's time turns out to lie behind what was told already, ours goes on at this rate until it is caught up. */
const SLOW_RATE = 0.5;

/**
 * The API server's time, carried on by a monotonic clock (design, law 6).
 *
 * Each answer says: at its arrival the server's clock had passed `Date`, and when the request left it had not
 * yet passed `Date` + 1 s. Such bounds on the difference between both clocks are intersected; when they contradict
 * each other (the server's clock was set, or another server answered), the newest observation starts afresh.
 * The lower bound is told: it is at most a second and a round trip behind. What was told never steps back.
 */
export class ServerClock {
  readonly #monotonic: () => Duration;
  #low: number | undefined;
  #high = 0;
  #told: { readonly time: number; readonly at: number } | undefined;

  constructor(monotonic: () => Duration) {
    this.#monotonic = monotonic;
  }

  /**
   * Takes in the Date header of an answer. A missing or unreadable one is ignored.
   * @param sent monotonic time before the request left; the answer has arrived now
   */
  observe(date: string | undefined, sent: Duration): void {
    const time = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(time)) return;
    const low = time - this.#monotonic();
    const high = time + RESOLUTION - sent;
    const fits = this.#low !== undefined && low <= this.#high && high >= this.#low;
    this.#low = fits ? Math.max(low, this.#low ?? low) : low;
    this.#high = fits ? Math.min(high, this.#high) : high;
  }

  /** The server's time; undefined until the first answer. */
  now(): Instant | undefined {
    if (this.#low === undefined) return undefined;
    const at = this.#monotonic();
    const estimate = at + this.#low;
    const floor = this.#told ? this.#told.time + (at - this.#told.at) * SLOW_RATE : estimate;
    const time = Math.max(estimate, floor);
    this.#told = { time, at };
    return instant(Math.floor(time));
  }
}
