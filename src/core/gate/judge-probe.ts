import type { Repetition } from "../../api/checks/repetition.ts";
import { renderDuration } from "../../base/duration.ts";
import { between, plus } from "../../base/instant.ts";
import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";

type FunctionalLook = Extract<Look, { kind: "functional" }>;

/**
 * Passes and fails by answers in a row; a window, where one is given, has to be over before it passes.
 * @param limit what one answer is held against
 */
export function judgeProbe(
  input: KindInput<FunctionalLook>,
  { successes, failures }: Pick<Repetition, "successes" | "failures">,
  limit: string,
): Finding {
  const { look, memory, context } = input;
  const good = look.good ? memory.good + 1 : 0;
  const early = isEarly(input);
  const bad = look.good || early ? 0 : memory.bad + 1;
  const rest = context.window - between(context.from, context.at);
  const base = {
    kind: "judged",
    good: look.good,
    streaks: { good, bad },
    threshold: `${limit}; ${successes} in a row`,
    sampleSize: memory.looks + 1,
    newest: context.at,
    ...(look.latencyMs === undefined ? {} : { value: Math.round(look.latencyMs) }),
    ...(look.evidence === undefined ? {} : { evidence: look.evidence }),
  } as const;
  if (early)
    return {
      ...base,
      verdict: "pending",
      reason: look.reason,
      message: `waiting until the slot can be reached: ${look.message}`,
    };
  if (bad >= failures)
    return {
      ...base,
      verdict: "failed",
      reason: look.reason,
      message: `${bad} bad answers in a row: ${look.message}`,
    };
  if (memory.standing === "passed")
    return { ...base, verdict: "passed", reason: look.reason, message: look.message };
  if (good >= successes && context.at >= plus(context.from, context.window))
    return { ...base, verdict: "passed", reason: "Answered", message: `${good} good answers in a row` };
  const waits =
    good >= successes
      ? `window over in ${renderDuration(rest as typeof context.window)}`
      : `${good} of ${successes} good answers in a row`;
  return { ...base, verdict: "pending", reason: look.reason, message: `${waits}; last: ${look.message}` };
}

/** Refused by a Service whose endpoints are ready but that has never answered: the network may be late, not the slot. */
function isEarly({ look, memory, context }: KindInput<FunctionalLook>): boolean {
  const { from, at, warmUp } = context;
  if (look.refused !== true || warmUp === undefined || at >= plus(from, warmUp)) return false;
  return memory.good === 0 && memory.bad === 0;
}
