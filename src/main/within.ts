import type { Duration } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";

/** Waits for it, but not for longer than the limit. @returns whether it came in time. Rejects when it does, in time */
export async function within(clock: Clock, limit: Duration, done: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const cancel = clock.after(limit, () => late.resolve(false));
  try {
    return await Promise.race([done.then(() => true as const), late.promise]);
  } finally {
    cancel();
  }
}
