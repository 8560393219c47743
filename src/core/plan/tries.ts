import { milliseconds } from "../../base/duration.ts";
import { type Instant, plus } from "../../base/instant.ts";

/** Longest pause between two tries of a stack operation. */
const MAX_BACKOFF_MS = 30_000;

/** The try after the one with this key (`…/<attempt>`), and the time before which it is not made. */
export function nextTry(
  key: string,
  now: Instant,
): { readonly key: string; readonly attempt: number; readonly notBefore: Instant } {
  const attempt = Number(key.split("/").at(-1)) + 1;
  const pause = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(attempt - 2, 5));
  return {
    key: key.replace(/\d+$/, String(attempt)),
    attempt,
    notBefore: plus(now, milliseconds(pause)),
  };
}
