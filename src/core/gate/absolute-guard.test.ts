import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GUARD_ALPHA, guardEvidence, guardSums, logSumExp, showsHarm } from "./absolute-guard.ts";

describe("the absolute guard", () => {
  it("has the published values for one window and for two", () => {
    const first = { bad: 9, total: 150 };
    const both = { bad: 16, total: 300 };
    const expected = {
      first: [2.15664, 3.26793, 4.0044, 2.94079, -4.1039, -21.3509],
      both: [3.50234, 5.14957, 5.81158, 2.66269, -12.813, -48.6933],
    };
    guardSums(first, 0.02).forEach((value, i) => void expect(value).toBeCloseTo(expected.first[i]!, 4));
    guardSums(both, 0.02).forEach((value, i) => void expect(value).toBeCloseTo(expected.both[i]!, 4));
    expect(guardEvidence(first, 0.02)).toBeCloseTo(2.8967, 4);
    expect(guardEvidence(both, 0.02)).toBeCloseTo(4.52546, 4);
  });

  it("is decided by three errors in a row at a limit of 1 %, and not by two", () => {
    expect(showsHarm({ bad: 2, total: 2 }, 0.01)).toBe(false);
    expect(showsHarm({ bad: 3, total: 3 }, 0.01)).toBe(true);
  });

  it("takes one bad request as proof where none is allowed, and nothing where all are", () => {
    expect(showsHarm({ bad: 1, total: 100_000 }, 0)).toBe(true);
    expect(showsHarm({ bad: 0, total: 100_000 }, 0)).toBe(false);
    expect(showsHarm({ bad: 100_000, total: 100_000 }, 1)).toBe(false);
  });

  it("is a martingale at the limit: its expectation over one window is 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        (total, max) => {
          const terms: number[] = [];
          let choose = 0;
          for (let bad = 0; bad <= total; bad++) {
            if (bad > 0) choose += Math.log(total - bad + 1) - Math.log(bad);
            const chance = choose + bad * Math.log(max) + (total - bad) * Math.log(1 - max);
            terms.push(chance + guardEvidence({ bad, total }, max));
          }
          expect(logSumExp(terms)).toBeCloseTo(0, 9);
        },
      ),
    );
  });

  it("alarms in at most 1 % of runs of a candidate at its limit, looked at after every ten requests", () => {
    let seed = 20_300_101;
    const random = (): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    const runs = 2_000;
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      let bad = 0;
      for (let total = 1; total <= 600; total++) {
        if (random() < 0.02) bad += 1;
        if (total % 10 === 0 && showsHarm({ bad, total }, 0.02)) {
          alarms += 1;
          break;
        }
      }
    }
    expect(alarms / runs).toBeLessThanOrEqual(
      GUARD_ALPHA + 3 * Math.sqrt((GUARD_ALPHA * (1 - GUARD_ALPHA)) / runs),
    );
  });

  it("never falls when a good request turns bad", () => {
    const counts = fc
      .integer({ min: 1, max: 5_000 })
      .chain((total) => fc.tuple(fc.integer({ min: 0, max: total - 1 }), fc.constant(total)));
    fc.assert(
      fc.property(counts, fc.double({ min: 0.0001, max: 0.9, noNaN: true }), ([bad, total], max) => {
        expect(guardEvidence({ bad: bad + 1, total }, max)).toBeGreaterThanOrEqual(
          guardEvidence({ bad, total }, max),
        );
      }),
    );
  });
});
