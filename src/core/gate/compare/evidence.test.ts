import { describe, expect, it } from "vitest";
import { guardSums } from "../absolute-guard.ts";
import { addHarm, addSafety, mixture, NO_EVIDENCE, type Sums } from "./evidence.ts";
import type { WindowCounts } from "./odds-ratio-test.ts";

type Row = readonly [nc: number, nb: number, xc: number, xb: number];
const window = ([nc, nb, xc, xb]: Row): WindowCounts => ({
  candidate: { requests: nc, events: xc },
  live: { requests: nb, events: xb },
});
const near = (value: number, wanted: number): void =>
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(wanted)));

describe("the evidence for harm", () => {
  const stream: readonly (readonly [Row, number, number, number, number])[] = [
    [[100, 100, 1, 0], 0.451388, 0.24752, 0.397792, 0.218541],
    [[100, 100, 2, 1], 0.285678, 0.148455, 0.103846, 0.0433667],
    [[100, 100, 4, 0], 2.12002, 1.152032, 1.66968, 0.912367],
    [[200, 100, 5, 1], 2.225345, 1.206308, 1.60226, 0.862891],
    [[200, 100, 9, 0], 4.974862, 2.677744, 3.85873, 2.08673],
  ];

  it("of the reference stream grows as it should, with and without dispersion and tolerance", () => {
    let [sums, tolerant]: Sums[] = [NO_EVIDENCE, NO_EVIDENCE];
    for (const [row, plain, dispersed, tolerated, both] of stream) {
      sums = addHarm(sums ?? [], window(row), 1);
      tolerant = addHarm(tolerant ?? [], window(row), 1.2);
      near(mixture(sums, 1), plain);
      near(mixture(sums, 1.8), dispersed);
      near(mixture(tolerant, 1), tolerated);
      near(mixture(tolerant, 1.8), both);
    }
    const wanted = [2.42154, 3.66872, 4.85561, 5.58585, 5.6217, 4.98678];
    for (const [j, sum] of (sums ?? []).entries()) near(sum, wanted[j] ?? 0);
  });

  it("of slow requests at a bucket edge is the same test", () => {
    const sums = addHarm(NO_EVIDENCE, window([100, 900, 12, 40]), 1);
    const wanted = [2.35527, 3.45837, 4.02404, 2.75324, -3.14566, -14.2406];
    for (const [j, sum] of sums.entries()) near(sum, wanted[j] ?? 0);
    near(mixture(sums, 1), 2.94417);
  });

  it.each([
    [50, 50, 6, 9],
    [25, 75, 4, 5],
    [10, 90, 3, 4],
    [5, 95, 2, 3],
    [1, 99, 2, 3],
  ])("is enough after few errors beside an error-free live side: %d to %d", (candidate, live, at5, at1) => {
    let sums = NO_EVIDENCE;
    const reached = [0.05, 0.01].map(() => 0);
    for (let error = 1; error <= 12; error++) {
      sums = addHarm(sums, window([candidate * 100_000, live * 100_000, 1, 0]), 1);
      for (const [i, alpha] of [0.05, 0.01].entries())
        if (reached[i] === 0 && mixture(sums, 1) >= Math.log(1 / alpha)) reached[i] = error;
    }
    expect(reached).toEqual([at5, at1]);
  });

  it("by the absolute guard has its reference values", () => {
    const sums = guardSums({ bad: 16, total: 300 }, 0.02);
    const wanted = [3.50234, 5.14957, 5.81158, 2.66269, -12.813, -48.6933];
    for (const [j, sum] of sums.entries()) near(sum, wanted[j] ?? 0);
    near(mixture(sums, 1), 4.52546);
  });
});

describe("the evidence of safety", () => {
  it("of the reference stream grows as it should", () => {
    const stream: readonly (readonly [number, number, number])[] = [
      [6, 54, 0.717155],
      [4, 60, 4.04503],
      [7, 51, 4.3178],
      [5, 58, 6.77215],
      [6, 49, 7.67758],
    ];
    let [safety, harm] = [NO_EVIDENCE, NO_EVIDENCE];
    for (const [xc, xb, value] of stream) {
      safety = addSafety(safety, window([600, 5_400, xc, xb]), 2);
      harm = addHarm(harm, window([600, 5_400, xc, xb]), 1);
      near(mixture(safety, 1), value);
    }
    const wanted = [7.30729, 9.07531, 7.90861, 2.03625, -10.8732, -26.9728];
    for (const [j, sum] of safety.entries()) near(sum, wanted[j] ?? 0);
    near(mixture(harm, 1), -5.0427);
  });
});
