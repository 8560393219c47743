import type { LoadCheck } from "../../../api/checks/load.ts";
import { readDuration, seconds } from "../../../base/duration.ts";
import type { Look } from "../look.ts";
import { percent, readShare } from "../share-text.ts";
import { type LoadEnd, type LoadFigures, PERCENTILE_NAMES, PERCENTILES } from "./figures.ts";
import { durationOf, readStages } from "./stages.ts";
import { renderTable } from "./table.ts";

/** More requests than this share sent late, and more than these, and the generator measured itself. */
const MOST_LATE = 0.05;
const FEW_LATE = 10;

type Limits = LoadCheck["limits"];
type OutcomeLook = Extract<Look, { kind: "outcome" }>;
type Fault = Pick<OutcomeLook, "reason" | "message"> & Partial<Pick<OutcomeLook, "value">>;

/** What a load is held against, in one line. */
export function limitsOf({ limits }: Pick<LoadCheck, "limits">): string {
  const latencies = PERCENTILE_NAMES.flatMap((name) =>
    limits[name] === undefined ? [] : [`${PERCENTILES[name].label} ≤ ${limits[name]}`],
  );
  const rate = limits.rate === undefined ? [] : [`answers ≥ ${limits.rate} of the rate`];
  return [...latencies, `errors ≤ ${limits.errors}`, ...rate].join(", ");
}

/** A load that goes on. */
export function tellLoad(load: LoadCheck, figures: LoadFigures | undefined): OutcomeLook {
  const base = { kind: "outcome", state: "running", reason: "LoadRunning" } as const;
  if (figures === undefined) return { ...base, message: "the load begins" };
  const { due, planned, failed, latency } = figures;
  const message = `${due} of ${planned} requests were due, ${failed} of them failed, p99 ${ms(latency.p99)}`;
  return { ...base, message, threshold: limitsOf(load), sampleSize: due, evidence: renderTable(figures) };
}

/** Judges a load that has ended. What says more about the generator than about the target is no outcome. */
export function judgeLoad(load: LoadCheck, figures: LoadFigures, end: LoadEnd): Look {
  switch (end.how) {
    case "completed":
      return judgeWhole(load, figures);
    case "targetDown":
      return outcome(load, figures, "failed", {
        reason: "TargetDown",
        message: `the load was ended: ${end.why}`,
      });
    case "overloaded":
      return unreadable(
        "GeneratorOverloaded",
        `${end.why}; ask for a lower rate, or give the controller more CPU`,
      );
    case "tooManyBytes":
      return unreadable(
        "TooManyBytes",
        "the answers were more than 2 GiB; ask for a smaller page or a lower rate",
      );
    case "invalid":
      return unreadable("InvalidCheck", end.why);
    case "refused":
      return unreadable("ForbiddenAddress", end.why);
    case "gone":
      return unreadable("GeneratorFailed", end.why);
  }
}

function judgeWhole(load: LoadCheck, figures: LoadFigures): Look {
  if (figures.late > Math.max(FEW_LATE, figures.due * MOST_LATE))
    return unreadable(
      "GeneratorOverloaded",
      `${figures.late} of ${figures.due} requests were sent too late; ask for a lower rate, or give the controller more CPU`,
    );
  const fault = tooManyErrors(load.limits, figures) ?? rateNotReached(load, figures);
  if (fault !== undefined) return outcome(load, figures, "failed", fault);
  const slow = tooSlow(load.limits, figures);
  if (slow === undefined) return outcome(load, figures, "passed", healthy(load, figures));
  // Without what the generator added itself the limit would have been kept: that tells nothing about the target.
  if (slow.own)
    return unreadable("GeneratorOverloaded", `${slow.fault.message}, mostly because it was sent late`);
  return outcome(load, figures, "failed", slow.fault);
}

function tooManyErrors({ errors }: Limits, { due, failed, failures }: LoadFigures): Fault | undefined {
  const share = due === 0 ? 1 : failed / due;
  if (share <= (readShare(errors) ?? 0)) return undefined;
  const kinds = Object.entries(failures).map(([kind, count]) => `${count} ${kind}`);
  return {
    reason: "TooManyErrors",
    message: `${failed} of ${due} requests failed (${percent(share)}, at most ${errors} is allowed): ${kinds.join(", ")}`,
    value: share,
  };
}

function rateNotReached(load: LoadCheck, figures: LoadFigures): Fault | undefined {
  const least = load.limits.rate === undefined ? undefined : readShare(load.limits.rate);
  const share = shareOfRate(load, figures);
  if (least === undefined || share >= least) return undefined;
  return {
    reason: "RateNotReached",
    message: `answers came at ${percent(share)} of the rate that was asked for, at least ${load.limits.rate} is wanted`,
    value: share,
  };
}

/** Answers a second against requests due a second; an answer that comes after the last stage makes the time longer. */
function shareOfRate(load: LoadCheck, { answered, due, lastAnswer }: LoadFigures): number {
  const time = Math.max(seconds(1), durationOf(readStages(load) ?? []));
  return due === 0 ? 0 : (answered / Math.max(time, lastAnswer)) * (time / due);
}

function tooSlow(
  limits: Limits,
  { latency, lateness, measured }: LoadFigures,
): { readonly fault: Fault; readonly own: boolean } | undefined {
  for (const name of PERCENTILE_NAMES) {
    const text = limits[name];
    if (text === undefined) continue;
    const [limit, value] = [readDuration(text), latency[name]];
    if (measured > 0 && value <= limit) continue;
    const message = `${PERCENTILES[name].label} of ${measured} requests is ${ms(value)}, at most ${text} is allowed`;
    return { fault: { reason: "TooSlow", message, value }, own: value - lateness[name] <= limit };
  }
  return undefined;
}

function healthy({ limits }: LoadCheck, { due, failed, latency }: LoadFigures): Fault {
  const told = PERCENTILE_NAMES.findLast((name) => limits[name] !== undefined) ?? "p99";
  const message = `${due} requests, ${failed} failed, p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, max ${ms(latency.max)}`;
  return { reason: "LoadCarried", message, value: latency[told] };
}

const outcome = (
  load: LoadCheck,
  figures: LoadFigures,
  state: OutcomeLook["state"],
  fault: Fault,
): OutcomeLook => ({
  kind: "outcome",
  state,
  ...fault,
  threshold: limitsOf(load),
  sampleSize: figures.due,
  evidence: renderTable(figures),
});

const unreadable = (reason: string, message: string): Look => ({ kind: "unreadable", reason, message });

/** Milliseconds as a measurement has them. */
const ms = (time: number): string => `${Number(time.toPrecision(3))} ms`;
