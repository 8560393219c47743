import fc from "fast-check";
import { expect, it } from "vitest";
import { basisPoints } from "../../base/weight.ts";
import { readShares, renderShares } from "./shares.ts";
import type { Split } from "./sides.ts";

const share = fc.integer({ min: 0, max: 10_000 });
const splitOf = (blue: number): Split => ({ blue: basisPoints(blue), green: basisPoints(10_000 - blue) });

it("writes whole percents with a total of 100 and finer shares with a total of 10,000", () => {
  expect(renderShares(splitOf(2_000))).toEqual({ total: 100, weights: { blue: 20, green: 80 } });
  expect(renderShares(splitOf(50))).toEqual({ total: 10_000, weights: { blue: 50, green: 9_950 } });
  expect(renderShares(splitOf(0))).toEqual({ total: 100, weights: { blue: 0, green: 100 } });
});

it("writes weights that add up to the total, and reads them back exactly", () => {
  fc.assert(
    fc.property(share, (blue) => {
      const { total, weights } = renderShares(splitOf(blue));
      expect((weights.blue ?? 0) + (weights.green ?? 0)).toBe(total);
      expect(readShares([weights.blue ?? 0, weights.green ?? 0])).toEqual([blue, 10_000 - blue]);
    }),
  );
});

it("reads equal weights of three as shares that still add up to everything", () => {
  expect(readShares([1, 1, 1])).toEqual([3_334, 3_333, 3_333]);
});

it("reads all weights at 0 as nobody being served", () => {
  expect(readShares([0, 0])).toEqual([0, 0]);
  expect(readShares([])).toEqual([]);
});

it("reads any weights as shares that add up, keep their order and hide no traffic", () => {
  const weights = fc.array(fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(0, 1)), {
    minLength: 1,
    maxLength: 16,
  });
  fc.assert(
    fc.property(weights, (list) => {
      const shares = readShares(list);
      const total = list.reduce((sum, weight) => sum + weight, 0);
      expect(shares.reduce((sum, part) => sum + part, 0)).toBe(total === 0 ? 0 : 10_000);
      for (const [index, weight] of list.entries()) {
        expect(shares[index] === 0).toBe(weight === 0);
        for (const [other, more] of list.entries())
          if (weight < more) expect(shares[index]).toBeLessThanOrEqual(shares[other] ?? 0);
        if (total > 0) expect(Math.abs((shares[index] ?? 0) - (weight * 10_000) / total)).toBeLessThan(16);
      }
    }),
    { numRuns: 1_000 },
  );
});
