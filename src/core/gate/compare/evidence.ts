/**
 * The two e-processes of a comparison: one against "the candidate is no worse", which shows harm, and one against
 * "the candidate is worse by a ratio that nobody would accept", which shows its absence. Each is a mixture over a
 * grid of alternatives, summed over windows first and mixed last. Ville's inequality: an e-process reaches 1/α
 * with a chance of at most α while its null holds, however often it is read (Ville 1939).
 */
import { GUARD_GRID, logSumExp } from "../absolute-guard.ts";
import { type WindowCounts, windowEvidence } from "./odds-ratio-test.ts";

/** Alternatives as ratios to the null's odds ratio; effects below about the root of the first are no harm. */
export const RATIOS = GUARD_GRID;
const LOG_RATIOS: readonly number[] = RATIOS.map(Math.log);

/** Sums of log evidence, one for each alternative. */
export type Sums = readonly number[];
export const NO_EVIDENCE: Sums = RATIOS.map(() => 0);

const add = (sums: Sums, more: readonly number[]): Sums => sums.map((sum, j) => sum + (more[j] ?? 0));

/** Adds a window to the evidence that the odds ratio is above `tolerated`. */
export function addHarm(sums: Sums, window: WindowCounts, tolerated: number): Sums {
  const log = Math.log(tolerated);
  return add(
    sums,
    windowEvidence(
      window,
      log,
      LOG_RATIOS.map((ratio) => log + ratio),
    ),
  );
}

/** Adds a window to the evidence that the odds ratio is below `unacceptable`. */
export function addSafety(sums: Sums, window: WindowCounts, unacceptable: number): Sums {
  const log = Math.log(unacceptable);
  return add(
    sums,
    windowEvidence(
      window,
      log,
      LOG_RATIOS.map((ratio) => log - ratio),
    ),
  );
}

/**
 * ln of the mixture, with all sums divided by the dispersion φ ≥ 1. By Jensen's inequality any φ, also one that
 * changes from look to look, keeps the guarantee: it can only cost power.
 */
export const mixture = (sums: Sums, dispersion: number): number =>
  logSumExp(sums.map((sum) => sum / dispersion)) - Math.log(sums.length);
