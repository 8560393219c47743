import type { Check } from "../api/check.ts";
import type { CompareMetric } from "../api/checks/compare.ts";
import type { FrozenRelease, FrozenStep } from "../api/frozen.ts";
import { type Duration, milliseconds, readDuration, renderDuration } from "../base/duration.ts";
import { instant } from "../base/instant.ts";
import { EVERYTHING, fraction, NOTHING, readWeight } from "../base/weight.ts";
import { bindTarget } from "../core/gate/bind-target.ts";
import { timesOf } from "../core/gate/check-times.ts";
import { forecastMetric, type PresentTraffic } from "../core/gate/compare/forecast.ts";
import { percent } from "../core/gate/share-text.ts";
import { withPartOfAlpha } from "../core/plan/compare-alpha.ts";
import { serviceOf } from "../core/plan/names.ts";

/** One metric of a comparison, as it is asked for now: the live side's counters. */
export interface ComparedMetric {
  readonly check: string;
  readonly metric: string;
  readonly live: CompareMetric["live"];
  /** Base URL of Prometheus, where the check names one. */
  readonly address?: string;
}

/** The present traffic as each metric counts it, by `<check>/<metric>`; what could not be read is left out. */
export type PresentCounts = ReadonlyMap<string, PresentTraffic>;

export const keyOf = ({ check, metric }: Pick<ComparedMetric, "check" | "metric">): string =>
  `${check}/${metric}`;

/** What one metric of a comparison will be able to see in a step. */
export interface ComparisonForecast {
  readonly check: string;
  readonly metric: string;
  /** Rise that must not be missed. */
  readonly detect: string;
  /** Time to see it with 90 % power; absent for never. */
  readonly needed?: string;
  /** The smallest rise that is seen in the step's time with 90 % power; absent for none. */
  readonly smallest?: string;
}

export interface StepTraffic {
  /** Requests that the candidate gets while the step is held, at the present traffic. */
  readonly requests: number;
  readonly comparisons: readonly ComparisonForecast[];
  /** What would keep a comparison from concluding in the step's time. */
  readonly warnings: readonly string[];
}

/** The live counters that comparisons of a release will read. */
export function comparedMetrics(
  namespace: string,
  plan: string,
  frozen: FrozenRelease,
): readonly ComparedMetric[] {
  return comparisonsOf(namespace, plan, frozen).flatMap(({ name, compare }) =>
    (compare?.metrics ?? []).map(({ name: metric, live }) => {
      const { address } = compare?.prometheus ?? {};
      return { check: name, metric, live, ...(address === undefined ? {} : { address }) };
    }),
  );
}

/** The comparisons of a release, each with the part of alpha of one step and its target filled in. */
export function comparisonsOf(namespace: string, plan: string, frozen: FrozenRelease): readonly Check[] {
  if (frozen.live === "none") return [];
  const target = {
    namespace,
    plan,
    service: serviceOf(plan, frozen, frozen.slot),
    baselineService: serviceOf(plan, frozen, frozen.live),
    slot: frozen.slot,
    release: "",
    version: frozen.package.version,
  };
  return (frozen.checks ?? []).flatMap((check) => {
    if (check.compare === undefined) return [];
    const bound = bindTarget(withPartOfAlpha(check, frozen), target);
    return bound.ok ? [bound.value] : [];
  });
}

/** What the comparisons of one step will be able to see; undefined where the present traffic is not known. */
export function stepTraffic(
  step: FrozenStep,
  frozen: FrozenRelease,
  comparisons: readonly Check[],
  counts: PresentCounts,
): StepTraffic | undefined {
  const weight = readWeight(step.weight);
  const [any] = counts.values();
  if (any === undefined || weight === NOTHING) return undefined;
  const hold = step.hold === undefined || step.hold === "manual" ? milliseconds(0) : readDuration(step.hold);
  const requests = Math.round((any.requests / any.time) * hold * fraction(weight));
  const own = weight === EVERYTHING ? [] : comparisons.filter(({ name }) => step.checks.includes(name));
  const all = own.flatMap((check) => ofCheck(step, frozen, check, counts));
  return {
    requests,
    comparisons: all.map(({ forecast }) => forecast),
    warnings: all.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
  };
}

interface Told {
  readonly forecast: ComparisonForecast;
  readonly warning?: string;
}

function ofCheck(
  step: FrozenStep,
  frozen: FrozenRelease,
  check: Check,
  counts: PresentCounts,
): readonly Told[] {
  const { compare } = check;
  if (compare === undefined) return [];
  const hold = step.hold === "manual" ? undefined : step.hold;
  const whole = milliseconds(
    readDuration(frozen.timing.step) + (hold === undefined ? 0 : readDuration(hold)),
  );
  const spec = { deadline: renderDuration(whole), ...(hold === undefined ? {} : { window: hold }) };
  const { window, deadline } = timesOf(check, spec, instant(0));
  return compare.metrics.flatMap((metric, i) => {
    const present = counts.get(keyOf({ check: check.name, metric: metric.name }));
    if (present === undefined) return [];
    const seen = forecastMetric(compare, i, present, fraction(readWeight(step.weight)), window);
    const named = `${step.name}: ${check.name}, ${metric.name}`;
    const warning = warningOf(named, seen, { window, deadline: milliseconds(deadline) });
    const forecast = {
      check: check.name,
      metric: metric.name,
      detect: percent(seen.detect),
      ...(seen.needed === undefined ? {} : { needed: renderDuration(rounded(seen.needed)) }),
      ...(seen.smallest === undefined ? {} : { smallest: percent(Number(seen.smallest.toPrecision(2))) }),
    };
    return [{ forecast, ...(warning === undefined ? {} : { warning }) }];
  });
}

/** Why a comparison would not conclude in its step; `undefined` when it will in nine of ten runs. */
function warningOf(
  named: string,
  { detect, needed, smallest }: ReturnType<typeof forecastMetric>,
  { window, deadline }: { readonly window: Duration; readonly deadline: Duration },
): string | undefined {
  if (needed !== undefined && needed <= window) return undefined;
  const rise = `a rise by ${percent(detect)}`;
  const seen =
    smallest === undefined
      ? ""
      : `; in ${renderDuration(window)} it can see ${percent(Number(smallest.toPrecision(2)))}`;
  if (needed === undefined)
    return `${named}: ${rise} is never seen at the present traffic${seen}; raise detect or the weight`;
  const time = renderDuration(rounded(needed));
  if (needed > deadline)
    return `${named}: ${rise} takes ${time} to be seen at the present traffic, more than the step's deadline: it will be inconclusive${seen}; lengthen the hold, or raise detect or the weight`;
  return `${named}: ${rise} takes ${time} to be seen at the present traffic, more than its window: the step will last longer${seen}; lengthen the hold, or raise detect or the weight`;
}

const rounded = (time: Duration): Duration => milliseconds(Math.ceil(time / 1_000) * 1_000);
