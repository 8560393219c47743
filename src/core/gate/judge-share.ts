import { milliseconds, renderDuration } from "../../base/duration.ts";
import { plus } from "../../base/instant.ts";
import { guardEvidence, showsHarm } from "./absolute-guard.ts";
import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";
import { percent } from "./share-text.ts";
import { staleness } from "./staleness.ts";

/**
 * Share of bad requests. Harm that is shown fails at any look; the share itself is judged when the evidence
 * covers the window, and at every look after that. The order is error, failed, passed: silence is never good.
 */
export function judgeShare(input: KindInput<Extract<Look, { kind: "share" }>>): Finding {
  const { check, look, context } = input;
  const { share, staleAfter } = check.prometheus ?? {};
  if (share?.max === undefined || staleAfter === undefined)
    return {
      kind: "unreadable",
      reason: "InvalidCheck",
      message: "the check has no share with a max",
      atOnce: true,
    };
  const { bad, total, newest } = look;
  if (bad > total) {
    const message = `${bad} bad requests of ${total}: the selectors count different things, or are not of one scrape`;
    return { kind: "unreadable", reason: "Inconsistent", message };
  }
  const stale = staleness(newest, context.at, staleAfter);
  if (stale !== undefined) return stale;
  return judgeFresh(input, share.max, share.minSamples);
}

function judgeFresh(
  { look, context, memory }: KindInput<Extract<Look, { kind: "share" }>>,
  max: number,
  minSamples: number,
): Finding {
  const { bad, total, newest } = look;
  const value = total === 0 ? 0 : bad / total;
  const measured = `${bad} bad of ${total} requests (${percent(value)})`;
  const base = {
    kind: "judged",
    good: value <= max,
    threshold: `share ≤ ${percent(max)}`,
    sampleSize: total,
    newest,
    ...(total === 0 ? {} : { value }),
  } as const;
  if (showsHarm(look, max)) {
    const evidence = `ln E ${guardEvidence(look, max).toFixed(2)}`;
    const message = `${measured} show a share above ${percent(max)}`;
    return { ...base, verdict: "failed", reason: "HarmShown", message, evidence };
  }
  if (total === 0)
    return { ...base, verdict: "pending", reason: "NoTraffic", message: "no request has been counted yet" };
  if (total < minSamples) {
    const message = `${measured}; at least ${minSamples} are needed`;
    return { ...base, verdict: "pending", reason: "TooFewSamples", message };
  }
  const covered = plus(context.from, context.window);
  if (newest < covered) {
    const rest = renderDuration(milliseconds(covered - newest));
    return {
      ...base,
      verdict: "pending",
      reason: "WindowOpen",
      message: `${measured}; window over in ${rest}`,
    };
  }
  // Counts that were made up would fall again; what has passed is not taken back for one restart.
  if (look.restarted && memory.standing !== "passed") {
    const message = `${measured}; a counter has begun anew, and is waited for until it counts on`;
    return { ...base, verdict: "pending", reason: "CounterRestarted", message };
  }
  return value > max
    ? { ...base, verdict: "failed", reason: "AboveLimit", message: `${measured}, above ${percent(max)}` }
    : { ...base, verdict: "passed", reason: "WithinLimit", message: `${measured}, within ${percent(max)}` };
}
