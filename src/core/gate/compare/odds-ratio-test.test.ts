import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Margins, supportOf } from "./margins.ts";
import { logPartitions, type WindowCounts, windowEvidence } from "./odds-ratio-test.ts";
import { logFactorial, peakLogPartition } from "./peak-partition.ts";

const window = (nc: number, nb: number, xc: number, xb: number): WindowCounts => ({
  candidate: { requests: nc, events: xc },
  live: { requests: nb, events: xb },
});
const lnE = (of: WindowCounts, alternative: number, base = 1): number =>
  windowEvidence(of, Math.log(base), [Math.log(alternative)])[0] ?? Number.NaN;

/** Probabilities of the candidate's events by binomial coefficients multiplied out: nothing shared with the code. */
function exactDistribution({ candidate, live, events }: Margins, odds: number): Map<number, number> {
  const choose = (n: number, k: number): number => {
    let product = 1;
    for (let i = 1; i <= k; i++) product *= (n - k + i) / i;
    return product;
  };
  const [low, high] = supportOf({ candidate, live, events });
  const terms = new Map<number, number>();
  for (let x = low; x <= high; x++) terms.set(x, choose(candidate, x) * choose(live, events - x) * odds ** x);
  const sum = [...terms.values()].reduce((a, b) => a + b);
  return new Map([...terms].map(([x, term]) => [x, term / sum]));
}

const smallMargins = fc
  .record({
    candidate: fc.integer({ min: 1, max: 25 }),
    live: fc.integer({ min: 1, max: 25 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ candidate, live, part }) => ({ candidate, live, events: Math.round(part * (candidate + live)) }));
const odds = fc.double({ min: 0.05, max: 30, noNaN: true });
const counts = fc
  .record({
    nc: fc.nat(3_000),
    nb: fc.nat(3_000),
    a: fc.double({ min: 0, max: 1, noNaN: true }),
    b: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ nc, nb, a, b }) => window(nc, nb, Math.round(nc * a), Math.round(nb * b)));

describe("the evidence of one window", () => {
  it.each([
    [window(100, 100, 5, 1), 3, 1, 1.353129],
    [window(100, 100, 5, 1), 3, 1.5, 0.661647],
    [window(10, 1000, 0, 7), 5, 1, -0.268893],
    [window(1_000_000, 9_000_000, 30_000, 90_000), 3, 1, 11_258.4057],
  ])("has its reference value for %j against ψ = %d, null %d", (of, alternative, base, value) => {
    expect(lnE(of, alternative, base) / value).toBeCloseTo(1, 5);
  });

  it.each([
    ["without events", window(50, 900, 0, 0)],
    ["without requests to the candidate", window(0, 900, 0, 12)],
    ["without requests to the live side", window(50, 0, 7, 0)],
    ["in which everything is an event", window(5, 5, 5, 5)],
    ["without anything", window(0, 0, 0, 0)],
  ])("is exactly none in a window %s", (_, of) => {
    expect(lnE(of, 3)).toBe(0);
  });

  it("is the likelihood ratio of the distribution given the margins, computed another way", () => {
    fc.assert(
      fc.property(smallMargins, odds, odds, (margins, base, alternative) => {
        const [atNull, at] = [exactDistribution(margins, base), exactDistribution(margins, alternative)];
        for (const [x, probability] of atNull) {
          const of = window(margins.candidate, margins.live, x, margins.events - x);
          expect(lnE(of, alternative, base)).toBeCloseTo(Math.log((at.get(x) ?? 0) / probability), 8);
        }
      }),
    );
  });

  it("has expectation 1 at the null and at most 1 below it", () => {
    fc.assert(
      fc.property(
        smallMargins,
        odds,
        fc.double({ min: 1, max: 20, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (margins, base, ratio, below) => {
          const mean = (truth: number): number =>
            [...exactDistribution(margins, truth)].reduce(
              (sum, [x, p]) =>
                sum +
                p *
                  Math.exp(
                    lnE(window(margins.candidate, margins.live, x, margins.events - x), base * ratio, base),
                  ),
              0,
            );
          expect(mean(base)).toBeCloseTo(1, 9);
          expect(mean(base * below)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });

  it("stays the same when the sides are swapped and the odds ratios turned round", () => {
    fc.assert(
      fc.property(counts, odds, odds, (of, base, alternative) => {
        const swapped = { candidate: of.live, live: of.candidate };
        const [one, other] = [lnE(of, alternative, base), lnE(swapped, 1 / alternative, 1 / base)];
        expect(Math.abs(one - other)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(one)));
      }),
    );
  });

  it("falls as the null's odds ratio rises", () => {
    fc.assert(
      fc.property(
        counts,
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: 1.001, max: 3, noNaN: true }),
        (of, base, by) => {
          const at = (null_: number): number => lnE(of, null_ * 3, null_);
          expect(at(base * by)).toBeLessThanOrEqual(at(base) + 1e-7 * (1 + Math.abs(at(base))));
        },
      ),
    );
  });

  it("is a finite number for counts of any size", () => {
    const size = fc.nat(6).chain((power) => fc.nat(10 ** (power * 2)));
    fc.assert(
      fc.property(
        size,
        size,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        odds,
        (nc, nb, a, b, alternative) => {
          const of = window(nc, nb, Math.floor(nc * a), Math.floor(nb * b));
          expect(Number.isFinite(lnE(of, alternative))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("the sum around the peak", () => {
  it("is the sum over all terms", () => {
    const margins = fc
      .record({
        candidate: fc.integer({ min: 2, max: 4_000 }),
        live: fc.integer({ min: 2, max: 4_000 }),
        part: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      })
      .map(({ candidate, live, part }) => ({
        candidate,
        live,
        events: Math.max(1, Math.floor(part * (candidate + live))),
      }));
    fc.assert(
      fc.property(margins, odds, odds, (of, a, b) => {
        const logs = [Math.log(a), Math.log(b)];
        const all = logPartitions(of, logs);
        const [one, other] = logs.map((log) => peakLogPartition(of, supportOf(of), log));
        const difference = (all[0] ?? 0) - (all[1] ?? 0);
        expect(Math.abs((one ?? 0) - (other ?? 0) - difference)).toBeLessThanOrEqual(
          1e-9 * (1 + Math.abs(difference)),
        );
      }),
    );
  });

  it("goes over to the integral without a step", () => {
    // Width of the peak just below and just above the change, by a chain of ever larger windows.
    const values = [3.9e8, 4.1e8, 1e9].map((n) => lnE(window(n, n, n / 2, n / 2), 2) / n);
    for (const value of values) expect(value).toBeCloseTo(values[0] ?? 0, 7);
  });
});

describe("ln n!", () => {
  it.each([
    [0, 0],
    [1, 0],
    [10, 15.104412573075516],
    [16, 30.671860106080672],
    [100, 363.7393755555635],
    [1_000_000, 12_815_518.384658169],
  ])("of %d has its tabulated value", (n, value) => {
    expect(Math.abs(logFactorial(n) - value)).toBeLessThanOrEqual(1e-13 * Math.max(1, value));
  });
});
