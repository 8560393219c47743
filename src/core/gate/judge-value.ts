import { milliseconds, renderDuration } from "../../base/duration.ts";
import { plus } from "../../base/instant.ts";
import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";
import { staleness } from "./staleness.ts";

/** One number from a query against limits: fails by looks in a row, passes when the window is over. */
export function judgeValue(input: KindInput<Extract<Look, { kind: "value" }>>): Finding {
  const { check, look, memory, context } = input;
  const { query, staleAfter } = check.prometheus ?? {};
  if (query === undefined || staleAfter === undefined)
    return { kind: "unreadable", reason: "InvalidCheck", message: "the check has no query", atOnce: true };
  if (!Number.isFinite(look.value))
    return { kind: "unreadable", reason: "NotANumber", message: `the query answered ${look.value}` };
  const stale = staleness(look.newest, context.at, staleAfter);
  if (stale !== undefined) return stale;
  const { max = Number.POSITIVE_INFINITY, min = Number.NEGATIVE_INFINITY, failures } = query;
  const good = look.value <= max && look.value >= min;
  const streaks = { good: good ? memory.good + 1 : 0, bad: good ? 0 : memory.bad + 1 };
  const threshold = [
    ...(query.min === undefined ? [] : [`≥ ${query.min}`]),
    ...(query.max === undefined ? [] : [`≤ ${query.max}`]),
  ].join(" and ");
  const base = {
    kind: "judged",
    good,
    streaks,
    value: look.value,
    threshold,
    sampleSize: memory.looks + 1,
    newest: look.newest,
  } as const;
  const message = `the query answers ${look.value}, wanted ${threshold}`;
  if (streaks.bad >= failures)
    return {
      ...base,
      verdict: "failed",
      reason: "OutsideLimits",
      message: `${message}; ${streaks.bad} looks in a row`,
    };
  if (memory.standing === "passed")
    return { ...base, verdict: "passed", reason: good ? "WithinLimits" : "OutsideLimits", message };
  const covered = plus(context.from, context.window);
  if (context.at < covered) {
    const rest = renderDuration(milliseconds(covered - context.at));
    return {
      ...base,
      verdict: "pending",
      reason: "WindowOpen",
      message: `${message}; window over in ${rest}`,
    };
  }
  return good
    ? { ...base, verdict: "passed", reason: "WithinLimits", message }
    : { ...base, verdict: "pending", reason: "OutsideLimits", message };
}
