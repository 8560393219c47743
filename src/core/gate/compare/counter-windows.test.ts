import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "../../../base/instant.ts";
import { countWindows, everyScrape, everySpan, type KnownSeries, type PodSeries } from "./counter-windows.ts";

const NONE: KnownSeries = new Map();
const series = (id: string, pod: string, ...samples: [number, number][]): PodSeries => ({
  id,
  pod,
  samples: samples.map(([second, value]) => ({ at: instant(second * 1_000), value })),
});
const plain = (counted: ReturnType<typeof countWindows>): Record<string, Record<string, number>> => {
  if (!counted.ok) throw new Error(counted.fault.kind);
  return Object.fromEntries(
    [...counted.counts]
      .toSorted(([a], [b]) => a - b)
      .map(([end, pods]) => [end / 1_000, Object.fromEntries(pods)]),
  );
};
const span = (since: number, until: number, windowEnd = everyScrape) => ({
  since: instant(since * 1_000),
  until: instant(until * 1_000),
  windowEnd,
});

describe("counts by window", () => {
  it("are the deltas of each scrape", () => {
    const counted = countWindows(
      NONE,
      [series("a", "p", [-1, 90], [0, 100], [1, 104], [2, 104], [3, 110])],
      span(0, 9),
    );
    expect(plain(counted)).toEqual({ 1: { p: 4 }, 3: { p: 6 } });
  });

  it("of a fixed length hold the scrapes of pods that come at different times", () => {
    const counted = countWindows(
      NONE,
      [series("a", "p", [0, 0], [0.5, 3], [3.5, 5], [4.5, 9]), series("b", "q", [0, 10], [1.2, 11], [4, 14])],
      span(0, 8, everySpan(4_000)),
    );
    expect(plain(counted)).toEqual({ 4: { p: 5, q: 4 }, 8: { p: 4 } });
  });

  it("go on over a restart of a pod, a missing scrape and a stale marker", () => {
    const counted = countWindows(
      NONE,
      [series("a", "p", [0, 100], [1, 110], [2, Number.NaN], [5, 3], [6, 7])],
      span(0, 9),
    );
    expect(plain(counted)).toEqual({ 1: { p: 10 }, 5: { p: 3 }, 6: { p: 4 } });
  });

  it("of a late pod begin at 0, so that the errors of its start count", () => {
    expect(plain(countWindows(NONE, [series("a", "late", [3, 5], [4, 9])], span(0, 9)))).toEqual({
      3: { late: 5 },
      4: { late: 4 },
    });
  });

  it("leave what is later than the end for the next reading", () => {
    const all = [series("a", "p", [0, 0], [1, 2], [2, 5])];
    const first = countWindows(NONE, all, span(0, 1));
    expect(plain(first)).toEqual({ 1: { p: 2 } });
    expect(first.ok && plain(countWindows(first.known, all, span(1, 2)))).toEqual({ 2: { p: 3 } });
  });

  it.each([[1.5], [-1], [Number.POSITIVE_INFINITY]])(
    "refuse %d, which no counter of requests has",
    (value) => {
      expect(countWindows(NONE, [series("a", "p", [0, 1], [1, value])], span(0, 9)).ok).toBe(false);
    },
  );

  it("are the same for a reader that goes on and for one that starts anew at any window", () => {
    const values = fc.array(fc.tuple(fc.nat(50), fc.boolean()), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.nat(40), (steps, cut) => {
        let value = 7;
        const samples = steps.map(([step, reset], i): [number, number] => {
          value = reset ? step : value + step;
          return [i, value];
        });
        const all = [series("a", "p", ...samples)];
        const whole = plain(countWindows(NONE, all, span(0, 50)));
        const first = countWindows(NONE, all, span(0, cut));
        const known = first.ok ? first.known : NONE;
        for (const from of [known, NONE]) {
          const later = countWindows(from, all, span(cut, 50));
          expect({ ...plain(first), ...plain(later) }).toEqual(whole);
        }
      }),
    );
  });
});
