import { describe, expect, it } from "vitest";
import { randomFrom } from "../../../../test/bench/gate/random.ts";
import { type Scene, streamOf, totalsOf } from "../../../../test/bench/gate/stream.ts";
import { instant } from "../../../base/instant.ts";
import { addWindows, type ComparisonSetup, newComparison } from "./comparison.ts";
import { addSafety, mixture, NO_EVIDENCE } from "./evidence.ts";

/** The bench holds all figures against their limits; these few runs notice when the test itself breaks. */
const RUNS = 150;
const LOOKS = 60;
/** Dispersion plays no part here: the live side is one pod, of which each window is a pair's first. */
const SETUP: ComparisonSetup = { alpha: 0.05, metrics: [{ weight: 1, tolerated: 1 }] };
const scene = (candidate: number, live: number, share: number): Scene => ({
  window: 15,
  candidate: [candidate],
  live: [live],
  candidateShare: share,
  liveShare: 0.01,
});

/** Seconds to each alarm, with a look every 15 s. */
function alarms(of: Scene): readonly number[] {
  const random = randomFrom(20_300_101);
  const found: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const next = streamOf(of, random);
    let comparison = newComparison(instant(0), 1);
    for (let look = 1; look <= LOOKS; look++) {
      comparison = addWindows(comparison, [next()], SETUP);
      if (comparison.peak < Math.log(1 / SETUP.alpha)) continue;
      found.push(look * of.window);
      break;
    }
  }
  return found;
}

describe("the level and power of the comparison", () => {
  it.each([
    ["1 to 1", scene(10, 10, 0.01)],
    ["1 to 9", scene(10, 90, 0.01)],
    ["1 to 9 with bursts that hit both sides", { ...scene(10, 90, 0.01), common: 1 }],
  ])("a candidate that is no worse is blamed in at most α of the runs, at %s", (_, of) => {
    expect(alarms(of).length / RUNS).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS));
  });

  it("three times the errors are always seen, as soon as the plan says", () => {
    const times = alarms(scene(10, 90, 0.03));
    expect(times).toHaveLength(RUNS);
    const mean = times.reduce((a, b) => a + b) / RUNS;
    // 50 s are planned without dispersion; what little is taken for it costs some.
    expect(mean).toBeGreaterThan(40);
    expect(mean).toBeLessThan(85);
  });

  it("safety is proven of a candidate that is no worse, and hardly ever of one that is not safe", () => {
    const proven = (share: number): number => {
      const random = randomFrom(5);
      let count = 0;
      for (let run = 0; run < RUNS; run++) {
        const next = streamOf(scene(10, 90, share), random);
        let sums = NO_EVIDENCE;
        for (let look = 1; look <= LOOKS && mixture(sums, 1) < Math.log(20); look++)
          sums = addSafety(sums, totalsOf(next()), 2);
        if (mixture(sums, 1) >= Math.log(20)) count += 1;
      }
      return count / RUNS;
    };
    expect(proven(0.01)).toBeGreaterThan(0.98);
    // Odds of 2 to 1 with 1 % are a share of 1.98 %.
    expect(proven(0.0198)).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS));
  });
});
