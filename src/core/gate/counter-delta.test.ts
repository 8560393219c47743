import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "../../base/instant.ts";
import { countSamples, isFalling, type Sample, type SeriesCount } from "./counter-delta.ts";

const at = (second: number) => instant(second * 1_000);
const samples = (...pairs: [number, number][]): Sample[] => pairs.map(([t, value]) => ({ at: at(t), value }));
const forever = instant(Number.MAX_SAFE_INTEGER);
const sum = (list: Sample[], from = 0, known?: SeriesCount): number | undefined => {
  const counted = countSamples(known, list, { from: at(from), until: forever });
  return counted.ok ? counted.count?.sum : undefined;
};

describe("the delta of a counter", () => {
  it("holds samples against the last one at or before the start", () => {
    expect(sum(samples([-10, 90], [0, 100], [1, 104], [2, 110]))).toBe(10);
  });

  it("goes on after NaN, which is the stale marker, and counts a reset from 0", () => {
    expect(sum(samples([0, 100], [1, 104], [2, 110], [3, Number.NaN], [4, 3], [5, 7]))).toBe(17);
  });

  it("counts a series that was born after the start from 0", () => {
    expect(sum(samples([1, 5], [2, 9]))).toBe(9);
  });

  it("counts nothing without samples after the start, and nothing for values that stay", () => {
    expect(sum(samples([-1, 50]))).toBe(0);
    expect(sum(samples([0, 8], [1, 8], [2, 8]))).toBe(0);
    expect(sum([])).toBeUndefined();
  });

  it("leaves samples after the end for the next reading", () => {
    const list = samples([0, 1], [1, 2], [2, 5]);
    const first = countSamples(undefined, list, { from: at(0), until: at(1) });
    expect(first).toEqual({ ok: true, count: { carry: 2, last: at(1), sum: 1 } });
    expect(first.ok && sum(list, 0, first.count)).toBe(4);
  });

  it.each([
    ["infinite", Number.POSITIVE_INFINITY],
    ["negative", -1],
    ["fractional", 1.33],
  ])("refuses a value that is %s", (kind, value) => {
    const counted = countSamples(undefined, samples([0, 1], [1, value]), { from: at(0), until: forever });
    expect(counted).toEqual({ ok: false, fault: { kind, at: at(1), value } });
  });

  it("tells one that falls again and again, which no process does", () => {
    const falling = (...values: number[]): boolean => {
      const list = values.map((value, i) => ({ at: at(i), value }));
      const counted = countSamples(undefined, list, { from: at(0), until: forever });
      return counted.ok && counted.count !== undefined && isFalling(counted.count);
    };
    expect(falling(100, 99, 98, 97)).toBe(true);
    // Two stores behind one name, asked in turn.
    expect(falling(100, 90, 101, 91, 102, 92, 103, 93, 104, 94, 105, 95)).toBe(true);
    // Restarts, one of them soon after another.
    expect(falling(100, 3, 1, 5, 9, 14, 2, 8, 12)).toBe(false);
  });

  it("comes to the same, however the samples are cut into readings that overlap", () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.nat(1_000) },
        { weight: 1, arbitrary: fc.constant("restart" as const) },
        { weight: 1, arbitrary: fc.constant(Number.NaN) },
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(
        steps,
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.nat(10),
        fc.integer({ min: 0, max: 40 }),
        (list, cuts, overlap, from) => {
          let value = 0;
          const all = list.map((step, i) => {
            if (step === "restart") value = 0;
            else if (!Number.isNaN(step)) value += step;
            return { at: at(i), value: Number.isNaN(step) ? Number.NaN : value };
          });
          const whole = countSamples(undefined, all, { from: at(from), until: forever });
          let known: SeriesCount | undefined;
          for (const cut of [...cuts.toSorted((a, b) => a - b), 41]) {
            // A reading begins somewhere before what is known already, never after it.
            const start = known === undefined ? 0 : known.last / 1_000 - overlap;
            const read = all.filter((sample) => sample.at >= at(start) && sample.at <= at(cut));
            const counted = countSamples(known, read, { from: at(from), until: forever });
            known = counted.ok ? counted.count : known;
          }
          expect(known).toEqual(whole.ok ? whole.count : undefined);
        },
      ),
    );
  });

  it("is last minus baseline for a series without reset", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 30 }), (steps) => {
        let value = 0;
        const list = steps.map((step, i) => {
          value += step;
          return { at: at(i), value };
        });
        expect(sum(list)).toBe(list.at(-1)!.value - list[0]!.value);
      }),
    );
  });
});
