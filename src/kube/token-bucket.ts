import type { Duration } from "../base/duration.ts";

export interface Rate {
  /** So many at once. */
  readonly burst: number;
  /** One more after each such span. */
  readonly every: Duration;
}

/** Lets a burst through and then a steady rate. */
export class TokenBucket {
  readonly #rate: Rate;
  readonly #monotonic: () => Duration;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, monotonic: () => Duration) {
    this.#rate = rate;
    this.#monotonic = monotonic;
    this.#tokens = rate.burst;
    this.#at = monotonic();
  }

  /** Takes one if there is one. */
  take(): boolean {
    const now = this.#monotonic();
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (now - this.#at) / this.#rate.every);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
