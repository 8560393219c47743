/**
 * ln Z(ψ) of a window with so many events that adding every term would take too long: the terms rise to one
 * peak and fall off like a normal density, so only those near the peak count.
 */
import { type Margins, stepOf } from "./margins.ts";

/** Terms below this part of the peak are left out: together they are less than rounding. */
const NEGLIGIBLE = 1e-18;
/** With a wider peak the sum is taken for an integral, with a relative error of the order of its inverse square. */
const WIDE = 10_000;

/** Halves of ln 2π. */
const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;
/** Below this the factorial is multiplied out. */
const SMALL = 16;

/** ln n!, by Stirling's series (Abramowitz and Stegun 6.1.41): exact to a few units in the last place. */
export function logFactorial(n: number): number {
  if (n < SMALL) {
    let product = 1;
    for (let k = 2; k <= n; k++) product *= k;
    return Math.log(product);
  }
  const z = n + 1;
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series;
}

/** The same as the sum of `logPartitions`, up to its constant. */
export function peakLogPartition(
  margins: Margins,
  [low, high]: readonly [number, number],
  odds: number,
): number {
  const { candidate, live, events } = margins;
  const peak = peakOf(margins, low, high, odds);
  const rest = live - events;
  const weight =
    -logFactorial(peak) -
    logFactorial(candidate - peak) -
    logFactorial(events - peak) -
    logFactorial(rest + peak);
  const curvature =
    1 / (peak + 0.5) + 1 / (candidate - peak + 0.5) + 1 / (events - peak + 0.5) + 1 / (rest + peak + 0.5);
  const around =
    curvature * WIDE * WIDE < 1
      ? HALF_LOG_TWO_PI - Math.log(curvature) / 2
      : Math.log(1 + side(margins, odds, peak, high) + otherSide(margins, odds, peak, low));
  return weight + (peak - low) * odds + around;
}

/** Ratio of the term after `x` to that of `x`. */
const ratio = (margins: Margins, odds: number, x: number): number => Math.exp(odds) * stepOf(margins, x);

/** The largest term: the last one that is not below its predecessor. Ratios fall with x. */
function peakOf(margins: Margins, low: number, high: number, odds: number): number {
  let [least, most] = [low, high];
  while (least < most) {
    const middle = least + Math.floor((most - least) / 2);
    if (ratio(margins, odds, middle) >= 1) least = middle + 1;
    else most = middle;
  }
  return least;
}

function side(margins: Margins, odds: number, peak: number, high: number): number {
  let sum = 0;
  let term = 1;
  for (let x = peak; x < high && term > NEGLIGIBLE; x++) {
    term *= ratio(margins, odds, x);
    sum += term;
  }
  return sum;
}

function otherSide(margins: Margins, odds: number, peak: number, low: number): number {
  let sum = 0;
  let term = 1;
  for (let x = peak - 1; x >= low && term > NEGLIGIBLE; x--) {
    term /= ratio(margins, odds, x);
    sum += term;
  }
  return sum;
}
