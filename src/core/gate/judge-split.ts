import { milliseconds, readDuration, renderDuration } from "../../base/duration.ts";
import { between, type Instant, plus } from "../../base/instant.ts";
import { EVERYTHING, fraction, NOTHING, renderWeight, type Weight } from "../../base/weight.ts";
import type { Finding } from "./finding.ts";
import { judgeSilence, type SplitInput } from "./judge-silence.ts";
import { percent, readShare } from "./share-text.ts";
import { bandOf, differs, isEnough, requestsNeeded, splitEvidence } from "./split-test.ts";
import { staleness } from "./staleness.ts";

/**
 * The share that really reaches the candidate. A slot that is asked to get nothing is waited for until it is silent;
 * otherwise a difference that is shown fails at any look, and the end of the window passes what was enough to show one.
 */
export function judgeSplit(input: SplitInput): Finding {
  const { check, look, context } = input;
  const { split, staleAfter } = check.prometheus ?? {};
  const { share } = context;
  if (split === undefined || staleAfter === undefined) return invalid("the check has no split");
  const tolerance = readShare(split.tolerance);
  if (tolerance === undefined) return invalid("tolerance must be a share such as 0.02 or 2%");
  if (share === undefined) return invalid("give spec.target.share of the Verification");
  if (share >= EVERYTHING) return invalid("spec.target.share is everything: there is no split to measure");
  const stale = staleness(look.newest, context.at, staleAfter);
  if (stale !== undefined) return stale;
  return share === NOTHING
    ? judgeSilence(input, readDuration(staleAfter))
    : judgeShareOf(input, share, tolerance);
}

const invalid = (message: string): Finding => ({
  kind: "unreadable",
  reason: "InvalidCheck",
  message,
  atOnce: true,
});

function judgeShareOf({ look, context, memory }: SplitInput, share: Weight, tolerance: number): Finding {
  const asked = fraction(share);
  const band = bandOf(asked, tolerance);
  const { candidate, live, newest } = look;
  const total = candidate + live;
  const value = total === 0 ? 0 : candidate / total;
  const measured = `${candidate} of ${total} requests (${percent(value)}) reached the candidate; asked for ${renderWeight(share)}`;
  const base = {
    kind: "judged",
    good: value >= band.low && value <= band.high,
    threshold: `share ${percent(band.low)} to ${percent(band.high)}`,
    sampleSize: total,
    newest,
    ...(total === 0 ? {} : { value }),
  } as const;
  const pending = (reason: string, message: string): Finding => ({
    ...base,
    verdict: "pending",
    reason,
    message,
  });
  if (differs(look, band)) {
    const evidence = `ln E ${splitEvidence(look, band).toFixed(2)}`;
    return { ...base, verdict: "failed", reason: "SplitDiffers", message: measured, evidence };
  }
  if (total === 0) return pending("NoTraffic", "no request has been counted yet");
  if (!isEnough(total, band))
    return pending("TooFewSamples", `${measured}; at least ${requestsNeeded(band)} requests are needed`);
  const open = restOf(newest, plus(context.from, context.window));
  if (open !== undefined) return pending("WindowOpen", `${measured}; window over in ${open}`);
  if (look.restarted && memory.standing !== "passed")
    return pending(
      "CounterRestarted",
      `${measured}; a counter has begun anew, and is waited for until it counts on`,
    );
  return { ...base, verdict: "passed", reason: "SplitAsAsked", message: measured };
}

const restOf = (newest: Instant, end: Instant): string | undefined =>
  newest >= end ? undefined : renderDuration(milliseconds(between(newest, end)));
