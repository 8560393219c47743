import { performance } from "node:perf_hooks";
import { type Duration, milliseconds, readDuration } from "../base/duration.ts";
import { TimeLimit } from "../base/time-limit.ts";
import type { Look } from "../ports/checks.ts";
import { failureOf } from "./look-failure.ts";

/** A look under way. */
export interface TimedLook {
  /** Ends with the look's time, or when nobody wants it any more. */
  readonly signal: AbortSignal;
  /** Time since it began. */
  readonly took: () => Duration;
}

/**
 * Looks within a time-out; what goes wrong becomes a bad look, or an unreadable one where it tells nothing about
 * the candidate.
 * @throws the reason of `signal` when that ended it; nothing else
 */
export async function timedLook(
  signal: AbortSignal,
  { timeout, secrets = [] }: { readonly timeout: string; readonly secrets?: readonly string[] },
  look: (timed: TimedLook) => Promise<Look>,
): Promise<Look> {
  const started = performance.now();
  const took = (): Duration => milliseconds(performance.now() - started);
  using limit = new TimeLimit(signal, readDuration(timeout));
  try {
    const seen = await look({ signal: limit.signal, took });
    signal.throwIfAborted();
    return seen;
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(error, { late: limit.late, timeout, took: took(), secrets });
  }
}
