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

/** Adds a window to the evidence for the alternatives on one side of a ratio of odds, against that ratio. */
const adder =
  (direction: 1 | -1) =>
  (sums: Sums, window: WindowCounts, ratio: number): Sums => {
    const log = Math.log(ratio);
    const alternatives = LOG_RATIOS.map((step) => log + direction * step);
    const more = windowEvidence(window, log, alternatives);
    return sums.map((sum, j) => sum + (more[j] ?? 0));
  };

/** Adds a window to the evidence that the odds ratio is above the tolerated one. */
export const addHarm = adder(1);

/** Adds a window to the evidence that the odds ratio is below the unacceptable one. */
export const addSafety = adder(-1);

/**
 * ln of the mixture, with all sums divided by the dispersion φ ≥ 1. By Jensen's inequality any φ, also one that
 * changes from look to look, keeps the guarantee: it can only cost power.
 */
export const mixture = (sums: Sums, dispersion: number): number =>
  logSumExp(sums.map((sum) => sum / dispersion)) - Math.log(sums.length);
