import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "../../../base/instant.ts";
import {
  addWindows,
  type ComparedWindow,
  type Comparison,
  type ComparisonSetup,
  harmShown,
  MOST_PODS,
  membersOf,
  newComparison,
} from "./comparison.ts";
import { readComparison } from "./read-comparison.ts";

const SETUP: ComparisonSetup = {
  alpha: 0.01,
  unacceptable: 2,
  metrics: [
    { weight: 0.75, tolerated: 1 },
    { weight: 0.25, tolerated: 1.2, max: 0.5 },
  ],
};
const ONE: ComparisonSetup = { alpha: 0.01, metrics: [{ weight: 1, tolerated: 1 }] };
const START = instant(0);

const count = (requests: number, share: number) => ({ requests, events: Math.floor(requests * share) });
const metric = fc
  .record({
    nc: fc.nat(50),
    xc: fc.double({ min: 0, max: 0.3, noNaN: true }),
    pods: fc.array(
      fc.record({
        pod: fc.constantFrom("a", "b", "c", "d"),
        n: fc.nat(80),
        x: fc.double({ min: 0, max: 0.2, noNaN: true }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ nc, xc, pods }) => ({
    candidate: count(nc, xc),
    live: pods.map(({ pod, n, x }) => ({ pod, ...count(n, x) })),
  }));
const stream = fc
  .array(fc.tuple(metric, metric), { maxLength: 30 })
  .map((list) => list.map((metrics, i): ComparedWindow => ({ end: instant((i + 1) * 1_000), metrics })));

const fresh = (): Comparison => newComparison(START, 2);
const stored = (comparison: Comparison): Comparison => {
  const read = readComparison(JSON.parse(JSON.stringify(comparison)));
  if (read === undefined) throw new Error("what was stored can't be read");
  return read;
};
const single = (end: number, nc: number, xc: number, nb: number, xb: number): ComparedWindow => ({
  end: instant(end),
  metrics: [{ candidate: { requests: nc, events: xc }, live: [{ pod: "", requests: nb, events: xb }] }],
});

describe("a comparison", () => {
  it("comes to the same wherever its stream is cut, stored, read and given again in part", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(30), { maxLength: 6 }), fc.nat(5), (windows, cuts, overlap) => {
        const whole = addWindows(fresh(), windows, SETUP);
        let part = fresh();
        for (const cut of [...cuts.toSorted((a, b) => a - b), windows.length]) {
          const from = Math.max(0, windows.findIndex(({ end }) => end > part.until) - overlap);
          part = stored(addWindows(part, windows.slice(from, cut), SETUP));
        }
        expect(part).toEqual(whole);
        expect(harmShown(part, SETUP)).toBe(harmShown(whole, SETUP));
      }),
    );
  });

  it("ends with the window that shows harm, and stays shown", () => {
    const windows = [1, 2, 3, 4, 5, 6].map((i) => single(i * 1_000, 20, i === 5 ? 0 : 6, 80, 0));
    const ended = addWindows(newComparison(START, 1), windows, ONE);
    expect(harmShown(ended, ONE)).toBe(true);
    expect(ended.until).toBeLessThan(3_000);
    expect(addWindows(ended, windows, ONE)).toBe(ended);
  });

  it("shows nothing for a healthy service without any error, however long", () => {
    const windows = Array.from({ length: 1_000 }, (_, i) => single((i + 1) * 1_000, 20, 0, 80, 0));
    const known = addWindows(newComparison(START, 1), windows, ONE);
    expect(known.peak).toBe(0);
    expect(known.metrics[0]).toMatchObject({ candidate: { requests: 20_000, events: 0 } });
  });

  it("goes on counting at an arm without traffic, and learns nothing from it", () => {
    const known = addWindows(
      newComparison(START, 1),
      [single(1_000, 0, 0, 100, 7), single(2_000, 50, 9, 0, 0)],
      ONE,
    );
    expect(known.metrics[0]).toMatchObject({
      candidate: { requests: 50, events: 9 },
      live: { requests: 100, events: 7 },
      harm: [0, 0, 0, 0, 0, 0],
    });
  });

  it("gives each metric its part of the level: two with all of it between them are no easier to trip than one", () => {
    const both: ComparisonSetup = { alpha: 0.01, metrics: [1, 1].map(() => ({ weight: 0.5, tolerated: 1 })) };
    const one = addWindows(newComparison(START, 1), [single(1_000, 10, 2, 90, 1)], ONE);
    const twice = addWindows(
      newComparison(START, 2),
      [{ end: instant(1_000), metrics: [1, 1].flatMap(() => single(1_000, 10, 2, 90, 1).metrics) }],
      both,
    );
    expect(twice.peak).toBeCloseTo(one.peak, 12);
  });

  it("has an absolute guard that sees what hits both sides", () => {
    const guarded: ComparisonSetup = { alpha: 0.01, metrics: [{ weight: 1, tolerated: 1, max: 0.02 }] };
    const windows = Array.from({ length: 20 }, (_, i) => single((i + 1) * 1_000, 20, 6, 80, 24));
    const known = addWindows(newComparison(START, 1), windows, guarded);
    expect(harmShown(known, guarded)).toBe(true);
    const most = membersOf(known.metrics, guarded).toSorted((a, b) => b.evidence - a.evidence)[0];
    expect(most).toMatchObject({ metric: 0, guard: true });
    expect(harmShown(addWindows(newComparison(START, 1), windows, ONE), ONE)).toBe(false);
  });

  it("notes events that are more than requests, and counts no more than the requests", () => {
    const known = addWindows(
      newComparison(START, 1),
      [single(1_000, 5, 9, 50, 49), single(2_000, 5, 6, 50, 49)],
      ONE,
    );
    expect(known.odd).toBe(2);
    expect(known.metrics[0]?.candidate).toEqual({ requests: 10, events: 10 });
    expect(addWindows(known, [single(3_000, 5, 0, 50, 49)], ONE).odd).toBe(0);
  });

  it("stays small with any number of pods", () => {
    const pods = Array.from({ length: 500 }, (_, i) => ({
      pod: `shop-blue-6f7d8c9b4-${i}`.padEnd(63, "x"),
      requests: 1_000,
      events: i % 7,
    }));
    const windows = Array.from(
      { length: 50 },
      (_, i): ComparedWindow => ({
        end: instant((i + 1) * 1_000),
        metrics: [{ candidate: { requests: 100, events: 1 }, live: pods }],
      }),
    );
    const known = addWindows(newComparison(START, 1), windows, ONE);
    expect(known.pods).toHaveLength(MOST_PODS);
    expect(JSON.stringify(known).length).toBeLessThan(5_000);
  });
});

describe("a stored comparison", () => {
  it("that somebody else wrote, or that is no number any more, is not read", () => {
    const good = JSON.parse(JSON.stringify(newComparison(START, 1))) as Record<string, unknown>;
    expect(readComparison(good)).toBeDefined();
    const metric = (good.metrics as Record<string, unknown>[])[0];
    for (const bad of [
      undefined,
      [],
      "x",
      { ...good, until: null },
      { ...good, peak: "1" },
      { ...good, pods: [1] },
      { ...good, pods: Array.from({ length: 33 }, () => "p") },
      { ...good, metrics: {} },
      { ...good, metrics: [{ ...metric, harm: [1, 2] }] },
      { ...good, metrics: [{ ...metric, harm: [null, 0, 0, 0, 0, 0] }] },
      { ...good, metrics: [{ ...metric, candidate: { requests: -1, events: 0 } }] },
      { ...good, metrics: [{ ...metric, dispersion: { chiSquare: 0 } }] },
    ])
      expect(readComparison(bad)).toBeUndefined();
  });
});
