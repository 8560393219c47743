/** Simulated time: a queue of things that will happen, in the order of their times. Nothing here waits. */
import { type Instant, instant } from "../../../src/base/instant.ts";
import type { Restore } from "./restore.ts";

/** Time at which every simulated world begins. */
export const GENESIS: Instant = instant(Date.UTC(2026, 0, 1));

/** What will happen, in data: its kind, and what it happens to. */
export type What = readonly [kind: string, ...about: unknown[]];

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly what: What;
  readonly run: () => Promise<void> | void;
}

export class Simulation {
  #now: number = GENESIS;
  #order = 0;
  #queue: Happening[] = [];
  /** What happened, for the message of a broken law. */
  readonly timeline: string[] = [];

  now(): Instant {
    return instant(this.#now);
  }

  /** Milliseconds since the world began. */
  get age(): number {
    return this.#now - GENESIS;
  }

  /** Runs something after `ms` milliseconds, unless the answer is called before. */
  after(ms: number, what: What, run: () => Promise<void> | void): () => void {
    const at = this.#now + Math.max(0, Math.round(ms));
    const happening: Happening = { at, order: this.#order++, what, run };
    this.#queue.push(happening);
    return () => {
      this.#queue = this.#queue.filter((other) => other !== happening);
    };
  }

  /** What is going to happen, in this order, and in how many milliseconds. */
  get agenda(): readonly { readonly inMs: number; readonly what: What }[] {
    return this.#queue
      .toSorted((a, b) => a.at - b.at || a.order - b.order)
      .map(({ at, what }) => ({ inMs: at - this.#now, what }));
  }

  save(): Restore {
    const [now, order, queue] = [this.#now, this.#order, [...this.#queue]];
    return () => {
      this.#now = now;
      this.#order = order;
      this.#queue = [...queue];
    };
  }

  tell(text: string): void {
    this.timeline.push(`${(this.age / 1_000).toFixed(3).padStart(10)}s  ${text}`);
  }

  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  /** Lets time pass until nothing is left to happen, or until the given age. */
  async run(untilAge: number): Promise<void> {
    while (await this.runNext(untilAge));
  }

  /** Lets the next thing happen, unless there is none before the given age. */
  async runNext(untilAge: number): Promise<boolean> {
    const next = this.#takeNext(GENESIS + untilAge);
    if (next === undefined) return false;
    this.#now = Math.max(this.#now, next.at);
    await next.run();
    return true;
  }

  #takeNext(limit: number): Happening | undefined {
    let best = -1;
    for (const [index, item] of this.#queue.entries()) {
      const former = this.#queue[best];
      if (former === undefined || item.at < former.at || (item.at === former.at && item.order < former.order))
        best = index;
    }
    const found = this.#queue[best];
    if (found === undefined || found.at > limit) return undefined;
    this.#queue.splice(best, 1);
    return found;
  }
}
