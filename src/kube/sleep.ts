import type { Duration } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";

/** Waits on the injected clock. True when the time has passed, false when `signal` ended the wait before. */
export function sleep(clock: Clock, delay: Duration, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(delay, () => {
      signal?.removeEventListener("abort", stop);
      resolve(true);
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}
