import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds } from "../../../base/duration.ts";
import {
  type Conditions,
  couldShow,
  growth,
  oddsRatio,
  shareAt,
  sharesFor,
  smallestOdds,
  smallestRise,
  timeNeeded,
  timeToDetect,
} from "./planning.ts";

const conditions = (
  candidate: number,
  live: number,
  share: number,
  more: Partial<Conditions> = {},
): Conditions => ({
  candidate,
  live,
  share,
  tolerated: 1,
  alpha: 0.05,
  dispersion: 1,
  window: seconds(15),
  ...more,
});
const TRIPLE = oddsRatio(0.03, 0.01);

describe("the growth of the evidence", () => {
  it.each([
    [conditions(10, 90, 0.01), TRIPLE, 0.112584],
    [conditions(10, 10, 0.01), TRIPLE, 0.0533298],
    [conditions(1, 99, 0.01), TRIPLE, 0.0129552],
    [conditions(10, 90, 0.01), 2, 0.0330508],
    [conditions(10, 90, 0.01), 1.5, 0.00943598],
    [conditions(10, 90, 0.01, { tolerated: 1.2 }), TRIPLE, 0.0787234],
    [conditions(10, 90, 0.05), oddsRatio(0.1, 0.05), 0.179942],
  ])("under %j at ψ = %d has its reference value", (under, odds, value) => {
    expect(growth(odds, under) / value).toBeCloseTo(1, 5);
  });

  it("comes from the shares with the asked odds ratio that bring the same events", () => {
    for (const [odds, candidate, live] of [
      [1, 0.012, 0.012],
      [3, 0.0295545, 0.0100495],
      [5, 0.0419219, 0.00867534],
    ] as const) {
      const shares = sharesFor(odds, 1.2, { candidate: 10, live: 90 });
      expect(shares.candidate).toBeCloseTo(candidate, 7);
      expect(shares.live).toBeCloseTo(live, 7);
    }
  });
});

describe("the time to detect", () => {
  it.each([
    [conditions(10, 90, 0.01), TRIPLE, 50.0237],
    [conditions(10, 10, 0.01), TRIPLE, 97.2714],
    [conditions(1, 99, 0.01), TRIPLE, 377.042],
    [conditions(10, 90, 0.01), 2, 152.353],
    [conditions(10, 90, 0.01), 1.5, 514.865],
    [conditions(10, 90, 0.01, { tolerated: 1.2 }), TRIPLE, 68.3141],
    [conditions(10, 90, 0.01, { alpha: 0.01 }), TRIPLE, 64.3191],
    [conditions(10, 90, 0.01, { dispersion: 2 }), TRIPLE, 92.5474],
    [conditions(10, 90, 0.01, { window: seconds(60) }), TRIPLE, 72.5237],
    [conditions(10, 90, 0.05, { window: seconds(60) }), oddsRatio(0.1, 0.05), 60],
  ])("under %j at ψ = %d has its reference value", (under, odds, value) => {
    expect(timeToDetect(odds, under) / 1_000 / value).toBeCloseTo(1, 5);
  });

  it("is infinite without traffic on a side, and for what is no harm", () => {
    expect(timeToDetect(3, conditions(0, 90, 0.01))).toBe(Number.POSITIVE_INFINITY);
    expect(timeToDetect(3, conditions(10, 0, 0.01))).toBe(Number.POSITIVE_INFINITY);
    expect(timeToDetect(1, conditions(10, 90, 0.01))).toBe(Number.POSITIVE_INFINITY);
    expect(timeNeeded(0, conditions(10, 90, 0.01))).toBeUndefined();
  });

  it("does not grow with the effect, and is never no number", () => {
    const rate = fc.double({ min: 0.01, max: 10_000, noNaN: true });
    const share = fc.double({ min: 1e-6, max: 0.999, noNaN: true });
    const odds = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(rate, rate, share, odds, odds, (candidate, live, at, a, b) => {
        const under = conditions(candidate, live, at);
        const [low, high] = [timeToDetect(Math.min(a, b), under), timeToDetect(Math.max(a, b), under)];
        expect(Number.isNaN(low) || Number.isNaN(high)).toBe(false);
        expect(high).toBeLessThanOrEqual(low * (1 + 1e-6));
      }),
    );
  });
});

describe("the smallest effect that can be seen", () => {
  it.each([
    [conditions(10, 90, 0.01), 900, [1.38373, 1.46126, 1.53956]],
    [conditions(10, 90, 0.001), 900, [2.3344, 2.67525, 2.97547]],
    [conditions(10, 10, 0.01), 900, [1.52256, 1.67441, 1.79212]],
    [conditions(1, 99, 0.01), 900, [2.24749, 2.58875, 2.85402]],
    [conditions(10, 90, 0.01), 300, [1.69854, 1.85939, 2.00939]],
    [conditions(10, 90, 0.01, { alpha: 0.01 }), 900, [1.43519, 1.53891, 1.64372]],
    [conditions(10, 90, 0.01, { dispersion: 2 }), 900, [1.53696, 1.69259, 1.80395]],
    [conditions(10, 90, 0.01, { tolerated: 1.2 }), 900, [1.63382, 1.71354, 1.79406]],
  ])("under %j in %d s has its reference values", (under, time, wanted) => {
    for (const [i, factor] of [1, 1.5, 2].entries()) {
      const odds = smallestOdds(seconds(time), under, factor) ?? 0;
      expect(odds / (wanted[i] ?? 1)).toBeCloseTo(1, 5);
    }
  });

  it("does not exist in less time than a window", () => {
    const under = conditions(10, 90, 0.01, { window: seconds(60) });
    expect(smallestRise(seconds(30), under)).toBeUndefined();
  });

  it("is what could have been shown, and nothing smaller", () => {
    const under = conditions(10, 90, 0.01);
    const rise = smallestRise(seconds(300), under) ?? 0;
    expect(couldShow(rise * 1.001, seconds(300), under)).toBe(true);
    expect(couldShow(rise * 0.999, seconds(300), under)).toBe(false);
    expect(timeNeeded(rise, under)! / 1_000).toBeCloseTo(300, 3);
    expect(shareAt(oddsRatio(0.01 + rise, 0.01), 0.01)).toBeCloseTo(0.01 + rise, 12);
  });
});
