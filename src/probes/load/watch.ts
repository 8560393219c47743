import { LATE } from "./recorder.ts";

/** Milliseconds that are looked back at. */
const SPAN = 5_000;
const BUCKET = 250;
/** Fewer settled requests in that time tell nothing. */
const LEAST = 20;
const MOST_BAD = 0.5;
/** Requests without an answer that make silence. */
const SILENT = 3;
/** A generator that sends nothing in time for so long, or a request so late, can't keep its schedule. */
const BEHIND = 2_000;

interface Bucket {
  readonly index: number;
  settled: number;
  bad: number;
}

/**
 * Says when a load has to end early: because the target has fallen over, or because the generator can't keep its
 * schedule. Times in milliseconds since the start.
 */
export class LoadWatch {
  readonly #mostBad: number;
  readonly #silence: number;
  readonly #buckets: Bucket[] = [];
  #lastAnswer = 0;
  #unanswered = 0;
  #lastInTime = 0;
  #lateInARow = 0;
  #latest = 0;

  /**
   * @param allowed share of errors that the check allows; more than half may be meant
   * @param timeout milliseconds after which an answer is given up: earlier there is no silence
   */
  constructor(allowed: number, timeout: number) {
    this.#mostBad = Math.max(MOST_BAD, allowed);
    this.#silence = Math.max(SPAN, timeout);
  }

  sent(at: number, lateness: number): void {
    this.#unanswered += 1;
    this.#latest = Math.max(this.#latest, lateness);
    if (lateness > LATE) this.#lateInARow += 1;
    else {
      this.#lateInARow = 0;
      this.#lastInTime = at;
    }
  }

  /** A request came to its end. */
  settled(at: number, how: { readonly answered: boolean; readonly bad: boolean }): void {
    if (how.answered) {
      this.#lastAnswer = at;
      this.#unanswered = 0;
    }
    const index = Math.floor(at / BUCKET);
    let bucket = this.#buckets.at(-1);
    if (bucket?.index !== index) {
      bucket = { index, settled: 0, bad: 0 };
      this.#buckets.push(bucket);
    }
    bucket.settled += 1;
    if (how.bad) bucket.bad += 1;
  }

  /** Why the target counts as down; undefined while it does not. */
  down(at: number): string | undefined {
    while (this.#buckets[0] !== undefined && this.#buckets[0].index * BUCKET < at - SPAN)
      this.#buckets.shift();
    if (at - this.#lastAnswer > this.#silence && this.#unanswered >= SILENT)
      return `no answer for ${told(at - this.#lastAnswer)}`;
    if (at < SPAN) return undefined;
    const settled = this.#buckets.reduce((sum, bucket) => sum + bucket.settled, 0);
    const bad = this.#buckets.reduce((sum, bucket) => sum + bucket.bad, 0);
    if (settled < LEAST || bad <= settled * this.#mostBad) return undefined;
    return `${bad} of ${settled} requests failed in ${told(SPAN)}`;
  }

  /** Why the generator can't keep its schedule; undefined while it does. */
  behind(at: number): string | undefined {
    // It was held up, and has caught up since: what it sent in one go was no constant rate.
    if (this.#latest > BEHIND) return `a request was sent ${told(this.#latest)} late`;
    return this.#lateInARow >= SILENT && at - this.#lastInTime > BEHIND
      ? `requests were sent more than ${LATE} ms late for ${told(at - this.#lastInTime)}`
      : undefined;
  }
}

const told = (time: number): string => `${(time / 1_000).toFixed(1)} s`;
