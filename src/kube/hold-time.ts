import { type Duration, milliseconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";

/** One moment on both clocks of this machine that nobody can set. */
export interface Mark {
  readonly monotonic: Duration;
  readonly sinceBoot: Duration;
}

/**
 * How long a lock may still be relied on. It counts from the moment before the renewal was *sent*, because others count
 * from when it was stored at the earliest. The wall clock has no say: it may be set by hours. The longer of both spans
 * counts, because the monotonic clock stands still while the machine sleeps; too long only means stopping too early.
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
    const monotonic = this.#clock.monotonic();
    return { monotonic, sinceBoot: this.#clock.sinceBoot?.() ?? monotonic };
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
    const spent = Math.max(now.monotonic - this.#since.monotonic, now.sinceBoot - this.#since.sinceBoot);
    return milliseconds(Math.max(0, this.deadline - spent));
  }
}
