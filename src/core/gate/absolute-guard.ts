/**
 * The absolute guard: a sequential test of "the share of bad requests is at most `max`" that may be read
 * after every request without losing its level. It is an e-process, a mixture over a grid of alternatives;
 * by Ville's inequality the chance that it ever reaches 1/α while the share is at most `max` is at most α.
 */

/** Alternatives, as ratios of odds to the allowed share. */
export const GUARD_GRID = [1.5, 2, 3, 5, 10, 20] as const;
/** Chance of ever reverting a candidate that keeps within the limit. */
export const GUARD_ALPHA = 0.01;

export interface ShareCounts {
  readonly bad: number;
  readonly total: number;
}

/** Natural logarithm of e to the a plus e to the b and so on, without overflow. */
export function logSumExp(values: readonly number[]): number {
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** Log evidence against `max` for each alternative of the grid; counts add up, so windows need not be kept. */
export const guardSums = (
  { bad, total }: ShareCounts,
  max: number,
  grid: readonly number[] = GUARD_GRID,
): readonly number[] =>
  grid.map((ratio) => {
    const share = (ratio * max) / (1 - max + ratio * max);
    return bad * Math.log(share / max) + (total - bad) * Math.log((1 - share) / (1 - max));
  });

/**
 * Log of the mixture. With `max` 0 one bad request is proof; with `max` 1 nothing is.
 * @param counts whole numbers since the start of the evidence, bad ≤ total
 * @param grid alternatives, as ratios of odds to the allowed share
 */
export function guardEvidence(
  counts: ShareCounts,
  max: number,
  grid: readonly number[] = GUARD_GRID,
): number {
  if (max <= 0) return counts.bad > 0 ? Number.POSITIVE_INFINITY : 0;
  if (max >= 1 || counts.total === 0) return 0;
  return logSumExp(guardSums(counts, max, grid)) - Math.log(grid.length);
}

/** Whether the counts show that the share is above `max`. */
export const showsHarm = (counts: ShareCounts, max: number): boolean =>
  guardEvidence(counts, max) >= Math.log(1 / GUARD_ALPHA);
