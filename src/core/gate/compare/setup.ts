import type { CompareCheck } from "../../../api/checks/compare.ts";
import { type Duration, milliseconds, readDuration } from "../../../base/duration.ts";
import { readShare } from "../share-text.ts";
import type { Comparison, ComparisonSetup } from "./comparison.ts";
import { dispersionFactor } from "./dispersion.ts";
import type { Conditions } from "./planning.ts";

/** Scrapes of pods come at different times; over four of them the shift matters little. */
const SCRAPES_OF_PODS = 4;

/** Length of one window of a comparison: a scrape where one scrape holds both sides. */
export const windowOf = ({ source, scrapeInterval }: CompareCheck): Duration =>
  milliseconds(Math.max(1, readDuration(scrapeInterval)) * (source === "gateway" ? 1 : SCRAPES_OF_PODS));

/** What the check asks of the test. Shares that can't be read were refused when the check was resolved. */
export function setupOf(check: CompareCheck): ComparisonSetup {
  const all = check.metrics.reduce((sum, { weight }) => sum + weight, 0);
  return {
    alpha: check.alpha,
    ...(check.require === "proof" ? { unacceptable: check.unacceptable } : {}),
    metrics: check.metrics.map(({ weight, tolerate, max }) => {
      const most = max === undefined ? 1 : (readShare(max) ?? 1);
      // No share is above 1: such a guard would only cost the comparison a part of its alpha.
      return { weight: weight / all, tolerated: tolerate, ...(most >= 1 ? {} : { max: most }) };
    }),
  };
}

/** The part of alpha that the comparison of a metric may spend; its absolute guard, where it has one, gets as much. */
export function alphaOf(setup: ComparisonSetup, metric: number): number {
  const { weight = 1, max } = setup.metrics[metric] ?? {};
  return setup.alpha * (max === undefined ? weight : weight / 2);
}

/** The conditions that one metric of a comparison has met so far. */
export function conditionsOf(
  comparison: Comparison,
  setup: ComparisonSetup,
  metric: number,
  window: Duration,
): Conditions | undefined {
  const known = comparison.metrics[metric];
  const asked = setup.metrics[metric];
  const time = (comparison.until - comparison.start) / 1_000;
  if (known === undefined || asked === undefined || time <= 0) return undefined;
  return {
    candidate: known.candidate.requests / time,
    live: known.live.requests / time,
    // Half an event more: an error-free side still has some share that it could have.
    share: (known.live.events + 0.5) / (known.live.requests + 1),
    tolerated: asked.tolerated,
    alpha: alphaOf(setup, metric),
    dispersion: dispersionFactor(known.dispersion),
    window,
  };
}
