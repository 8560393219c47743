import { uptime } from "node:os";
import { type Duration, milliseconds } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import type { Cancel, Clock } from "../ports/clock.ts";

/** Node turns a longer delay into 1 ms, so a longer one is walked in hops. */
const LONGEST_TIMER = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: (): Instant => instant(Date.now()),
  monotonic: (): Duration => milliseconds(performance.now()),
  sinceBoot: (): Duration => milliseconds(uptime() * 1_000),
  after(delay: Duration, run: () => void): Cancel {
    let rest = Math.max(0, delay);
    let timer: NodeJS.Timeout;
    const hop = (): void => {
      const step = Math.min(rest, LONGEST_TIMER);
      rest -= step;
      timer = setTimeout(rest > 0 ? hop : run, step);
    };
    hop();
    return () => clearTimeout(timer);
  },
};
