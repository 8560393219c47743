import { type Duration, milliseconds } from "../../src/base/duration.ts";
import { type Instant, instant } from "../../src/base/instant.ts";
import type { Cancel, Clock } from "../../src/ports/clock.ts";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test cranks it. Timers fire in the order of their time, then of their making. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #order = 0;
  #wall: number;
  #slept = 0;
  readonly #timers = new Set<Timer>();

  constructor(start: Instant = instant(Date.UTC(2030, 0, 1))) {
    this.#wall = start;
  }

  now(): Instant {
    return instant(this.#wall + this.#elapsed);
  }

  monotonic(): Duration {
    return milliseconds(this.#elapsed);
  }

  sinceBoot(): Duration {
    return milliseconds(this.#elapsed + this.#slept);
  }

  after(delay: Duration, run: () => void): Cancel {
    const timer = { due: this.#elapsed + Math.max(0, delay), order: this.#order++, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers wait; zero after a clean stop. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Time until the next timer fires; undefined without one. */
  get untilNext(): Duration | undefined {
    const next = this.#next();
    return next && milliseconds(Math.max(0, next.due - this.#elapsed));
  }

  /** Puts the wall clock forward (or back) without touching the monotonic one: an operator setting the time. */
  setWallBy(by: Duration): void {
    this.#wall += by;
  }

  /** The whole machine sleeps: the clocks that others would judge by go on, the monotonic one does not. */
  sleepMachine(by: Duration): void {
    this.#wall += by;
    this.#slept += by;
  }

  /** Lets time pass; timers that come due fire in order, those that they make included. */
  advance(by: Duration): void {
    const end = this.#elapsed + by;
    for (let timer = this.#next(); timer && timer.due <= end; timer = this.#next()) this.#fire(timer);
    this.#elapsed = end;
  }

  /** As `advance`, but after each timer lets promises and sockets go on, as they would between real timers. */
  async pass(by: Duration): Promise<void> {
    const end = this.#elapsed + by;
    await turn();
    for (let timer = this.#next(); timer && timer.due <= end; timer = this.#next()) {
      this.#fire(timer);
      await turn();
    }
    this.#elapsed = end;
    await turn();
  }

  /** Time passes without any timer firing: the process was suspended. The next `advance` fires what is overdue. */
  suspend(by: Duration): void {
    this.#elapsed += by;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#elapsed = Math.max(this.#elapsed, timer.due);
    timer.run();
  }
}

/** One turn of the event loop: pending promises and ready sockets are served. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
