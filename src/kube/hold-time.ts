import { type Duration, milliseconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";

/** One moment on both clocks of this machine. */
export interface Mark {
  readonly monotonic: Duration;
  readonly wall: number;
}

/**
 * How long a lock may still be relied on. It counts from the moment before the renewal was *sent*, because others count
 * from when it was stored at the earliest. The longer of both clocks' spans counts: the monotonic one stands still while
 * a machine sleeps, the wall clock may be set; being wrong by too much only means stopping too early.
 */
export class HoldTime {
  readonly deadline: Duration;
  readonly #clock: Clock;
  #since: Mark | undefined;

  constructor(clock: Clock, deadline: Duration) {
    this.#clock = clock;
    this.deadline = deadline;
  }

  mark(): Mark {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
  }

  renewed(sent: Mark): void {
    this.#since = sent;
  }

  end(): void {
    this.#since = undefined;
  }

  /** 0 when it is not held (any more). */
  get rest(): Duration {
    if (this.#since === undefined) return milliseconds(0);
    const now = this.mark();
    const spent = Math.max(now.monotonic - this.#since.monotonic, now.wall - this.#since.wall);
    return milliseconds(Math.max(0, this.deadline - spent));
  }
}
