import { describe, expect, test } from "vitest";
import { beyond, growthIn, type Sample, slopeOf } from "./flat.ts";

const LIMITS = { heapKiB: 3_000 };
/** Somewhat different from round to round, and the same in every run. */
const noise = (n: number, most: number): number => ((n * 7_919) % 101) * (most / 100);

/** A healthy process: code is loaded for three rounds, collections leave up to 300 KiB more or less. */
const healthy = (rounds: number): readonly Sample[] =>
  Array.from({ length: rounds }, (_, round) => ({
    ...{ round, pid: 1, watches: 17, children: 1 + (round % 2) },
    heapKiB: 40_000 + Math.max(0, 3 - round) * -2_000 + noise(round, 300),
    residentMiB: 150 + noise(round, 40),
    descriptors: 40 + Math.round(noise(round, 6)),
  }));
const leaking = (rounds: number, leak: (round: number) => Partial<Sample>): readonly Sample[] =>
  healthy(rounds).map((sample, round) => ({ ...sample, ...leak(round) }));

test.each([10, 14, 40, 200])("a healthy process is flat over %d rounds", (rounds) => {
  expect(growthIn(healthy(rounds), LIMITS)).toEqual([]);
});

test("what is compiled after dozens of rounds, less and less, is no growth", () => {
  const samples = leaking(60, (round) => ({ heapKiB: 54_000 - 6_000 / (1 + round / 6) + noise(round, 300) }));
  expect(growthIn(samples, LIMITS)).toEqual([]);
});

test("one sample that is far off is no growth", () => {
  const samples = leaking(14, (round) => (round === 13 ? { heapKiB: 70_000, descriptors: 90 } : {}));
  expect(growthIn(samples, LIMITS)).toEqual([]);
});

test("too few samples of a warm process show nothing, and that is told", () => {
  expect(growthIn(healthy(8), LIMITS)).toEqual([expect.stringContaining("only 5 samples")]);
});

describe.each([12, 100])("a planted leak is found in %d rounds:", (rounds) => {
  test("a heap that grows: the more rounds, the smaller a leak is found", () => {
    const leak = 6_000 / rounds;
    const samples = leaking(rounds, (round) => ({ heapKiB: 40_000 + round * leak + noise(round, 300) }));
    expect(growthIn(samples, LIMITS)).toEqual([expect.stringMatching(/^the heap grows by \d+\.\d KiB/)]);
  });

  test("a descriptor a round", () => {
    const samples = leaking(rounds, (round) => ({ descriptors: 40 + round + Math.round(noise(round, 2)) }));
    expect(growthIn(samples, LIMITS)).toEqual([expect.stringMatching(/^descriptors: at most \d+/)]);
  });

  test("a watch that stays open when its like is opened anew", () => {
    const samples = leaking(rounds, (round) => ({ watches: 17 + (round > rounds / 2 ? 1 : 0) }));
    expect(growthIn(samples, LIMITS)).toEqual([
      "watches: at most 17 in the beginning, at least 18 in the end",
    ]);
  });

  test("a process that is not ended", () => {
    const samples = leaking(rounds, (round) => ({ children: 1 + Math.floor(round / 3) }));
    expect(growthIn(samples, LIMITS)).toEqual([expect.stringMatching(/^children: /)]);
  });
});

test("the slope of a line is found whatever single points say", () => {
  expect(slopeOf([])).toBe(0);
  expect(slopeOf([[1, 1]])).toBe(0);
  const points = Array.from({ length: 20 }, (_, x) => [x, x === 4 ? 1_000 : 3 * x] as const);
  expect(slopeOf(points)).toBe(3);
});

test("what is there beyond what is kept is told, and what nobody has counted on", () => {
  expect(beyond({ releases: 4, leases: 3 }, { releases: 4, leases: 3 })).toEqual([]);
  expect(beyond({ releases: 5, pods: 1 }, { releases: 4, leases: 3 })).toEqual([
    "releases: 5, of which 4 are kept",
    "pods: 1, and nobody knows how many may be there",
  ]);
});
