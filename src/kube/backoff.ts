import { type Duration, milliseconds } from "../base/duration.ts";

/** A number from 0 up to, not including, 1. Injected, so that tests choose it. */
export type Random = () => number;

export interface BackoffRange {
  /** Shortest wait, before jitter. */
  readonly first: Duration;
  /** No wait is longer than this, jitter included. */
  readonly ceiling: Duration;
}

/**
 * The wait before attempt `failures + 1`: doubles from `first` and carries up to its own length again as jitter,
 * so that clients which failed together don't come back together; always within `first` and `ceiling`.
 */
export function backoffDelay(failures: number, range: BackoffRange, random: Random): Duration {
  const largest = Math.max(range.first, range.ceiling / 2);
  const base = Math.min(range.first * 2 ** Math.min(Math.max(0, failures - 1), 40), largest);
  return milliseconds(Math.min(base * (1 + random()), Math.max(range.ceiling, range.first)));
}

/** A wait that a server asked for is kept and gets jitter on top, never taken off. */
export const jitteredRetryAfter = (asked: Duration, spread: Duration, random: Random): Duration =>
  milliseconds(asked + spread * random());

/** Counts failures in a row and says how long to wait after each. */
export class Backoff {
  readonly #range: BackoffRange;
  readonly #random: Random;
  #failures = 0;

  constructor(range: BackoffRange, random: Random) {
    this.#range = range;
    this.#random = random;
  }

  /** The wait after one more failure; at least what the server asked for. */
  next(retryAfter?: Duration): Duration {
    this.#failures += 1;
    const own = backoffDelay(this.#failures, this.#range, this.#random);
    if (retryAfter === undefined || retryAfter <= own) return own;
    return jitteredRetryAfter(retryAfter, this.#range.first, this.#random);
  }

  reset(): void {
    this.#failures = 0;
  }

  get failures(): number {
    return this.#failures;
  }
}
