import { type Duration, renderDuration } from "../../base/duration.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

export interface BoundedLook {
  readonly checker: Checker;
  readonly context: Omit<LookContext, "signal">;
  readonly deadline: Duration;
  /** Ends the look when its Verification ends. */
  readonly ended: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * One look that certainly answers: by its deadline also when the checker does not heed its signal, and with a
 * value when the checker throws. Undefined when the Verification ended meanwhile.
 */
export async function makeLook({
  checker,
  context,
  deadline,
  ended,
  clock,
  log,
}: BoundedLook): Promise<Look | undefined> {
  if (ended.aborted) return undefined;
  const abort = new AbortController();
  const { promise: late, resolve: tooLate } = Promise.withResolvers<Look>();
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
  const stop = (): void => {
    abort.abort(ended.reason);
    end(undefined);
  };
  ended.addEventListener("abort", stop, { once: true });
  const cancel = clock.after(deadline, () => {
    abort.abort(new Error("the look's deadline is over"));
    const message = `the look did not end within ${renderDuration(deadline)}`;
    tooLate({ kind: "unreadable", reason: "LookTimeout", message });
  });
  const look = async (): Promise<Look> => {
    try {
      return await checker.look({ ...context, signal: abort.signal });
    } catch (error) {
      if (abort.signal.aborted) return late;
      const kind = error instanceof Error ? error.name : typeof error;
      log.error(
        { check: context.check.name, verification: context.verification.name, error: kind },
        "a checker threw",
      );
      return {
        kind: "unreadable",
        reason: "CheckerFailed",
        message: `the checker failed (${kind}); see the log`,
      };
    }
  };
  try {
    return await Promise.race([look(), late, over]);
  } finally {
    cancel();
    ended.removeEventListener("abort", stop);
  }
}
