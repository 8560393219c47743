/** What a window costs: processor time of this process, so that others on the machine don't count. */
import { instant } from "../../../src/base/instant.ts";
import {
  addWindows,
  type ComparisonSetup,
  newComparison,
} from "../../../src/core/gate/compare/comparison.ts";
import { median } from "../support/median.ts";
import { randomFrom } from "./random.ts";
import type { Row } from "./report.ts";
import { type Scene, streamOf } from "./stream.ts";

const WINDOWS = 50_000;
const ROUNDS = 9;
const LEAST = 100_000;
const SETUP: ComparisonSetup = { alpha: Number.MIN_VALUE, metrics: [{ weight: 1, tolerated: 1 }] };
const base = { candidateShare: 0.01, liveShare: 0.01 };
const SCENES: readonly (readonly [string, Scene])[] = [
  ["gateway, 100 rps, 20 %, scrapes of 1 s", { ...base, window: 1, candidate: [20], live: [80] }],
  ["gateway, 100 rps, 20 %, scrapes of 5 s", { ...base, window: 5, candidate: [20], live: [80] }],
  ["1 + 4 pods, 50 rps, windows of 20 s", { ...base, window: 20, candidate: [10], live: [10, 10, 10, 10] }],
];

export function cost(print: (row: Row) => void): void {
  for (const [setup, scene] of SCENES) {
    const next = streamOf(scene, randomFrom(3));
    const windows = Array.from({ length: WINDOWS }, next);
    const rounds = Array.from({ length: ROUNDS }, () => {
      const before = process.cpuUsage();
      addWindows(newComparison(instant(0), 1), windows, SETUP);
      const { user, system } = process.cpuUsage(before);
      return WINDOWS / ((user + system) / 1e6);
    });
    const rate = Math.round(median(rounds));
    print({
      section: "Cost, windows a second of processor time, median of nine",
      setup,
      figures: { "windows/s": rate },
      met: rate >= LEAST,
    });
  }
}
