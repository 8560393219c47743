/**
 * Whether the share of requests that reaches the candidate differs from the asked one by more than a tolerance.
 * Two guards (see `absolute-guard.ts`), one for each side that may get too much, of which the mean is read at every
 * look: it reaches 1/α with a chance of at most α while the true share lies within the tolerance.
 */
import { GUARD_ALPHA, guardEvidence, logSumExp } from "./absolute-guard.ts";

/** Finer at the low end than the guard's: gateways rarely miss a share by a multiple. */
const SPLIT_GRID = [1.05, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20] as const;
/** Beyond this many requests nobody waits. */
const MOST_REQUESTS = 2 ** 30;

export interface SideCounts {
  readonly candidate: number;
  readonly live: number;
}

/** Shares of the candidate, 0 to 1, that count as what was asked for. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/**
 * The band around an asked share strictly between 0 and 1. At most half of the smaller side's share is tolerated:
 * a side that gets nothing always differs.
 */
export function bandOf(asked: number, tolerance: number): Band {
  const width = Math.min(tolerance, asked / 2, (1 - asked) / 2);
  return { low: asked - width, high: asked + width };
}

/** Log evidence that the candidate's share lies outside of the band. */
export function splitEvidence({ candidate, live }: SideCounts, { low, high }: Band): number {
  const total = candidate + live;
  const above = guardEvidence({ bad: candidate, total }, high, SPLIT_GRID);
  const below = guardEvidence({ bad: live, total }, 1 - low, SPLIT_GRID);
  return logSumExp([above, below]) - Math.LN2;
}

/** Whether the counts show a share outside of the band. */
export const differs = (counts: SideCounts, band: Band): boolean =>
  splitEvidence(counts, band) >= Math.log(1 / GUARD_ALPHA);

/** Whether so many requests would show a side that gets none of them: fewer can't say that the split is right. */
export const isEnough = (total: number, band: Band): boolean =>
  differs({ candidate: 0, live: total }, band) && differs({ candidate: total, live: 0 }, band);

/** The smallest number of requests that is enough. */
export function requestsNeeded(band: Band): number {
  let most = 1;
  while (most < MOST_REQUESTS && !isEnough(most, band)) most *= 2;
  let least = most / 2;
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (isEnough(middle, band)) most = middle;
    else least = middle;
  }
  return most;
}
