/**
 * From shares in basis points to the integer weights of a route, and back. A share that Bascule wrote is read
 * back exactly; weights that people wrote are rounded so that the shares still add up to everything.
 */
import { basisPoints, EVERYTHING, NOTHING, type Weight } from "../../base/weight.ts";
import { SIDES, type Side, type Split, sidesOf } from "./sides.ts";

/** Weight of a backendRef that says nothing. */
export const DEFAULT_WEIGHT = 1;

/** Integer weights of a split with the total that they add up to. */
export interface RenderedShares {
  readonly total: 100 | 10_000;
  readonly weights: Readonly<Partial<Record<Side, number>>>;
}

/** Whole percents are written with a total of 100, as people do; finer shares with a total of 10,000. */
export function renderShares(split: Split): RenderedShares {
  const whole = SIDES.every((side) => (split[side] ?? 0) % 100 === 0);
  const weights: Partial<Record<Side, number>> = {};
  for (const side of sidesOf(split)) weights[side] = (split[side] ?? 0) / (whole ? 100 : 1);
  return { total: whole ? 100 : 10_000, weights };
}

/**
 * Shares of non-negative integer weights, in their order. They add up to everything, or to nothing when all
 * weights are 0 (a gateway then serves nobody). A weight above 0 never reads as a share of 0, however small it
 * is: a slot that gets one request in a million is not without traffic.
 */
export function readShares(stored: readonly number[]): readonly Weight[] {
  const weights = stored.map(soundWeight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return weights.map(() => NOTHING);
  const exact = weights.map((weight) => (weight * EVERYTHING) / total);
  const shares = exact.map((share) => (share > 0 ? Math.max(1, Math.floor(share)) : 0));
  let rest = EVERYTHING - shares.reduce((sum, share) => sum + share, 0);
  while (rest !== 0) {
    const step = rest > 0 ? 1 : -1;
    const index = furthest(exact, shares, step);
    shares[index] = (shares[index] ?? 0) + step;
    rest -= step;
  }
  return shares.map(basisPoints);
}

/** What Gateway API allows at most. */
const LARGEST_WEIGHT = 1_000_000;

/** The API server refuses other weights; one that comes all the same counts as none, and never as a number that has no end. */
const soundWeight = (weight: number): number =>
  Number.isInteger(weight) && weight > 0 ? Math.min(weight, LARGEST_WEIGHT) : 0;

/** Where adding (1) or taking (-1) a basis point does least harm; never takes the last one of a share. */
function furthest(exact: readonly number[], shares: readonly number[], step: 1 | -1): number {
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (const [index, share] of shares.entries()) {
    if (share === 0 || (step < 0 && share === 1)) continue;
    const gap = ((exact[index] ?? 0) - share) * step;
    if (gap > most) [best, most] = [index, gap];
  }
  return best;
}
