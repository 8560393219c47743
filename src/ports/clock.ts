import type { Duration } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";

/** Takes a timer back; calling it twice, or after the timer fired, does nothing. */
export type Cancel = () => void;

/** The only source of time outside of tests' own code; tests crank it by hand. */
export interface Clock {
  /** The wall clock of this machine. May jump; never compare it with another machine's. */
  now(): Instant;
  /** Time since an arbitrary start. Never jumps, never goes back; use it to measure waits. */
  monotonic(): Duration;
  /** As `monotonic`, but goes on while the machine sleeps, where it can be told; only for what others judge meanwhile. */
  sinceBoot?(): Duration;
  /** Calls `run` once after at least `delay` (0 or less means: as soon as possible, never at once). */
  after(delay: Duration, run: () => void): Cancel;
}
