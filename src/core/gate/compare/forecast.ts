/** What a comparison will be able to see in a step to come, at the traffic of the present. */
import type { CompareCheck } from "../../../api/checks/compare.ts";
import type { Duration } from "../../../base/duration.ts";
import { milliseconds } from "../../../base/duration.ts";
import { readShare } from "../share-text.ts";
import { type Conditions, oddsRatio, raisedBy, shareAt, smallestOdds, timeToDetect } from "./planning.ts";
import { alphaOf, setupOf, windowOf } from "./setup.ts";

/** Users' requests of the present, all of which the live side gets. */
export interface PresentTraffic {
  readonly requests: number;
  /** How many of them were bad. */
  readonly bad: number;
  /** Time in which they came. */
  readonly time: Duration;
}

/** Times the mean time to detect within which nine of ten runs are over (analysis, section 11). */
const NINE_OF_TEN = 2;

export interface MetricForecast {
  /** Rise of the share that must not be missed. */
  readonly detect: number;
  /** Time to see such a rise with 90 % power; absent for never. */
  readonly needed?: Duration;
  /** The smallest rise that is seen with 90 % power in the time there is; absent for none. */
  readonly smallest?: number;
}

/**
 * Looks ahead for one metric of a comparison.
 * @param part fraction of the requests that the candidate gets, above 0 and below 1
 * @param within time that the step gives the comparison
 */
export function forecastMetric(
  check: CompareCheck,
  metric: number,
  present: PresentTraffic,
  part: number,
  within: Duration,
): MetricForecast {
  const detect = readShare(check.metrics[metric]?.detect ?? "") ?? 0;
  const conditions = conditionsAhead(check, metric, present, part);
  const odds = oddsRatio(raisedBy(detect, conditions.share), conditions.share);
  const needed = NINE_OF_TEN * timeToDetect(odds, conditions);
  const seen = smallestOdds(within, conditions, NINE_OF_TEN);
  return {
    detect,
    ...(Number.isFinite(needed) ? { needed: milliseconds(needed) } : {}),
    ...(seen === undefined ? {} : { smallest: shareAt(seen, conditions.share) - conditions.share }),
  };
}

/** Pods are taken to be alike: how much they differ is only known while they are compared. */
function conditionsAhead(
  check: CompareCheck,
  metric: number,
  { requests, bad, time }: PresentTraffic,
  part: number,
): Conditions {
  const setup = setupOf(check);
  const rate = requests / (time / 1_000);
  return {
    candidate: rate * part,
    live: rate * (1 - part),
    // As the judge does: an error-free side still has some share that it could have.
    share: (bad + 0.5) / (requests + 1),
    tolerated: setup.metrics[metric]?.tolerated ?? 1,
    alpha: alphaOf(setup, metric),
    dispersion: 1,
    window: windowOf(check),
  };
}
