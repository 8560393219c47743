import { setTimeout as sleep } from "node:timers/promises";
import { type Duration, milliseconds, renderDuration, seconds } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";

export type WaitOptions = {
  readonly deadline?: Duration;
  readonly every?: Duration;
  /** Called when the wait has failed; its text is shown below the message. */
  readonly explain?: () => Promise<string> | string;
};

/**
 * Asks until the answer is true. A probe that throws counts as "not yet".
 * @throws ClusterError `timeout` that names what was awaited and the last failure.
 */
export async function waitUntil(
  what: string,
  probe: () => Promise<boolean> | boolean,
  options: WaitOptions = {},
): Promise<void> {
  const deadline = options.deadline ?? seconds(60);
  const until = performance.now() + deadline;
  let last: unknown;
  for (;;) {
    try {
      if (await probe()) return;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) break;
    await sleep(options.every ?? milliseconds(50));
  }
  const why = last instanceof Error ? ` (${last.message})` : "";
  const detail = options.explain ? `\n${await options.explain()}` : "";
  throw new ClusterError("timeout", `${what}: not within ${renderDuration(deadline)}${why}${detail}`, last);
}

/** True when the address answers 200 within a second. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.arrayBuffer();
  return response.status === 200;
}
