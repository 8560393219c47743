import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bandOf, differs, isEnough, requestsNeeded, type SideCounts } from "./split-test.ts";

/** The generator of the guard's own test: the same runs everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Requests one by one with a share, looked at after every ten; the count at which a difference is shown. */
function shownAfter(share: number, asked: number, most: number, random: () => number): number | undefined {
  const band = bandOf(asked, 0.02);
  let candidate = 0;
  for (let total = 1; total <= most; total++) {
    if (random() < share) candidate += 1;
    if (total % 10 === 0 && differs({ candidate, live: total - candidate }, band)) return total;
  }
  return undefined;
}

describe("the test of an observed split", () => {
  it.each([
    ["at the asked share", 0.2, 0.2],
    ["at the upper edge of the tolerance", 0.22, 0.2],
    ["at the lower edge of the tolerance", 0.18, 0.2],
    ["at a small share", 0.05, 0.05],
  ])(
    "%s an honest gateway is blamed in at most one run of a hundred, with 300 looks each",
    (_, share, asked) => {
      const random = randomFrom(20_300_101);
      const runs = 400;
      let alarms = 0;
      for (let run = 0; run < runs; run++)
        if (shownAfter(share, asked, 3_000, random) !== undefined) alarms += 1;
      expect(alarms / runs).toBeLessThanOrEqual(0.01 + 3 * Math.sqrt((0.01 * 0.99) / runs));
    },
  );

  it.each([
    ["even halves in place of 20 %", 0.5, 0.2, 100],
    ["the former step's 5 % in place of 20 %", 0.05, 0.2, 400],
    ["nothing in place of 5 %", 0, 0.05, 400],
    ["everything in place of 50 %", 1, 0.5, 50],
    ["20 % in place of 50 %", 0.2, 0.5, 150],
    ["30 % in place of 20 %", 0.3, 0.2, 2_500],
  ])("shows %s", (_, share, asked, within) => {
    const random = randomFrom(7);
    for (let run = 0; run < 100; run++)
      expect(shownAfter(share, asked, within, random)).toBeLessThanOrEqual(within);
  });

  it("is not moved by a difference that does not matter, however many requests there are", () => {
    expect(differs({ candidate: 205_000, live: 795_000 }, bandOf(0.2, 0.02))).toBe(false);
    expect(differs({ candidate: 230_000, live: 770_000 }, bandOf(0.2, 0.02))).toBe(true);
  });

  it("tolerates at most half of the smaller side's share, so that a side with nothing differs", () => {
    expect(bandOf(0.01, 0.02)).toEqual({ low: 0.005, high: 0.015 });
    expect(bandOf(0.2, 0.02).low).toBeCloseTo(0.18, 9);
    expect(bandOf(0.99, 0.05).high).toBeCloseTo(0.995, 9);
  });

  it("asks for as many requests as show a side that gets none, and no fewer", () => {
    const shares = fc.integer({ min: 1, max: 9_999 }).map((points) => points / 10_000);
    fc.assert(
      fc.property(shares, (asked) => {
        const band = bandOf(asked, 0.02);
        const needed = requestsNeeded(band);
        expect(isEnough(needed, band)).toBe(true);
        expect(isEnough(needed - 1, band)).toBe(false);
      }),
    );
    expect(requestsNeeded(bandOf(0.2, 0.02))).toBeLessThan(60);
    expect(requestsNeeded(bandOf(0.05, 0.02))).toBeLessThan(400);
  });

  it("does not depend on which side is called the candidate", () => {
    const counts = fc.record({ candidate: fc.nat(5_000), live: fc.nat(5_000) });
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (seen: SideCounts, asked) => {
        const other = { candidate: seen.live, live: seen.candidate };
        expect(differs(seen, bandOf(asked, 0.02))).toBe(differs(other, bandOf(1 - asked, 0.02)));
      }),
    );
  });
});
