import { type Duration, milliseconds, renderDuration } from "../../base/duration.ts";
import { between, instant, readInstant, renderInstant } from "../../base/instant.ts";
import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";

export type SplitInput = KindInput<Extract<Look, { kind: "split" }>>;

/**
 * Whether a slot that is to get nothing gets nothing: no new request while every gateway was scraped once more,
 * which half of `staleAfter` is taken for. It never fails; who waits for it bounds that by the deadline.
 */
export function judgeSilence({ look, memory, context }: SplitInput, staleAfter: Duration): Finding {
  const { candidate: requests, newest } = look;
  const span = milliseconds(staleAfter / 2);
  const first = memory.counted === undefined && requests === 0;
  const known = memory.counted?.requests === requests ? readInstant(memory.counted.since) : undefined;
  const since = first ? context.from : (known ?? newest);
  const silent = Math.max(0, between(since, newest));
  const base = {
    kind: "judged",
    good: silent >= span,
    value: requests,
    threshold: `no new request for ${renderDuration(span)}`,
    sampleSize: requests,
    newest: instant(newest),
    counted: { requests, since: renderInstant(since) },
  } as const;
  const counted = `${requests} requests since the end of the drain`;
  if (silent >= span || memory.standing === "passed")
    return { ...base, verdict: "passed", reason: "NoNewRequests", message: `${counted}, none of them new` };
  const message = `${counted}, the last less than ${renderDuration(span)} ago`;
  return { ...base, verdict: "pending", reason: requests === 0 ? "WindowOpen" : "StillRequests", message };
}
