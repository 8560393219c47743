import { type Duration, milliseconds, seconds } from "../../base/duration.ts";
import type { Checker, LookContext } from "../../ports/checks.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

export interface CleanUpEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const TRIES = 4;
const FIRST_WAIT = seconds(1);
const LONGEST_TRY = seconds(20);

/** Lets a checker remove what its looks left behind; after some tries the owner reference has to do it. */
export async function cleanUp(
  checker: Checker,
  context: LookContext,
  environment: CleanUpEnvironment,
): Promise<void> {
  const { clock, random, log } = environment;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const abort = new AbortController();
    const cancel = clock.after(LONGEST_TRY, () => abort.abort(new Error("the clean-up's deadline is over")));
    try {
      await checker.finish?.({ ...context, signal: abort.signal });
      return;
    } catch (error) {
      const fields = { check: context.check.name, verification: context.verification.name, attempt };
      log.warn(
        { ...fields, error: error instanceof Error ? error.message : "unknown" },
        "clean-up of a check failed",
      );
    } finally {
      cancel();
    }
    if (attempt < TRIES) await pause(clock, milliseconds(FIRST_WAIT * 2 ** (attempt - 1) * (1 + random())));
  }
}

const pause = (clock: Clock, time: Duration): Promise<void> =>
  new Promise((resolve) => void clock.after(time, resolve));
