import { milliseconds, renderDuration } from "../../base/duration.ts";
import { between, plus } from "../../base/instant.ts";
import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";

type OutcomeLook = Extract<Look, { kind: "outcome" }>;

/**
 * What comes to an end of its own: its outcome is the verdict. A good one stands only when the window is over,
 * where the check has one.
 * @param limit what it is held against, unless the look says more
 */
export function judgeOutcome({ look, memory, context }: KindInput<OutcomeLook>, limit: string): Finding {
  const { state, reason, message, kind: _, threshold = limit, sampleSize = 1, ...seen } = look;
  const end = plus(context.from, context.window);
  const base = {
    kind: "judged",
    good: state !== "failed",
    newest: context.at,
    threshold,
    sampleSize,
  } as const;
  if (state === "passed" && memory.standing !== "passed" && context.at < end) {
    const rest = renderDuration(milliseconds(between(context.at, end)));
    return {
      ...base,
      ...seen,
      verdict: "pending",
      reason,
      message: `window over in ${rest}; so far: ${message}`,
    };
  }
  return { ...base, ...seen, verdict: state === "running" ? "pending" : state, reason, message };
}
