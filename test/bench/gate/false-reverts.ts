/** How often a healthy candidate is reverted, by number of looks and traffic. */
import { instant } from "../../../src/base/instant.ts";
import {
  addWindows,
  type ComparisonSetup,
  newComparison,
} from "../../../src/core/gate/compare/comparison.ts";
import { randomFrom } from "./random.ts";
import { percent, type Row } from "./report.ts";
import { type Scene, streamOf } from "./stream.ts";

const LOOKS = [1, 10, 60, 240] as const;
const RATES = [1, 10, 100, 1_000] as const;
const ALPHAS = [0.05, 0.01] as const;
/** Nothing ends a run early: the evidence is read at every look for each level. */
const OPEN: ComparisonSetup = { alpha: Number.MIN_VALUE, metrics: [{ weight: 1, tolerated: 1 }] };
/** Promised where pods differ, at a level of 5 %. */
const MOST_DISPERSED = 0.06;

interface Kind {
  readonly name: string;
  readonly sceneOf: (rate: number) => Scene;
  /** What is promised at a level; undefined: nothing. */
  readonly limit: (alpha: number, runs: number) => number | undefined;
  /** Part of the runs that it gets: pods take longer. */
  readonly part: number;
}

const withinError = (alpha: number, runs: number): number =>
  alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs);
const gateway = (rate: number): Scene => ({
  window: 5,
  candidate: [rate * 0.1],
  live: [rate * 0.9],
  candidateShare: 0.01,
  liveShare: 0.01,
});
const pods = (rate: number, more: Partial<Scene>): Scene => ({
  ...gateway(rate),
  window: 20,
  candidate: [rate / 5],
  live: [1, 2, 3, 4].map(() => rate / 5),
  ...more,
});
const dispersed = (alpha: number): number | undefined => (alpha === 0.05 ? MOST_DISPERSED : undefined);
const dispersion = (name: string, more: Partial<Scene>): Kind => ({
  name: `1 + 4 pods, windows of 20 s, ${name}`,
  sceneOf: (rate) => pods(rate, more),
  limit: dispersed,
  part: 0.5,
});

const KINDS: readonly Kind[] = [
  { name: "gateway, 10 %, scrapes of 5 s, independent", sceneOf: gateway, limit: withinError, part: 1 },
  {
    name: "gateway, 10 %, scrapes of 5 s, common bursts cv² 1",
    sceneOf: (rate) => ({ ...gateway(rate), common: 1 }),
    limit: withinError,
    part: 1,
  },
  dispersion("pods vary by window cv² 0.2", { perWindow: 0.2 }),
  dispersion("pods vary by window cv² 0.5", { perWindow: 0.5 }),
  dispersion("pods differ for good cv² 0.02", { lasting: 0.02 }),
  dispersion("pods differ for good cv² 0.1", { lasting: 0.1 }),
];

export function falseReverts(runs: number, print: (row: Row) => void): void {
  for (const kind of KINDS)
    for (const rate of RATES) {
      const count = Math.ceil(runs * kind.part);
      const reached = alarms(kind.sceneOf(rate), count);
      for (const [i, alpha] of ALPHAS.entries()) {
        const limit = kind.limit(alpha, count);
        const shares = LOOKS.map(
          (looks) => (reached[i] ?? []).filter((look) => look <= looks).length / count,
        );
        print({
          section: `False reverts of a healthy candidate (1 % bad on both sides), share of runs that alarm within n looks`,
          setup: `${kind.name}, ${rate} rps, α ${alpha}`,
          figures: {
            ...Object.fromEntries(LOOKS.map((looks, j) => [`${looks} looks`, percent(shares[j] ?? 0)])),
            runs: count,
          },
          ...(limit === undefined ? {} : { met: shares.every((share) => share <= limit) }),
        });
      }
    }
}

/** For each level the look of each alarm. */
function alarms(scene: Scene, runs: number): readonly (readonly number[])[] {
  const random = randomFrom(20_300_101);
  const found: number[][] = ALPHAS.map(() => []);
  for (let run = 0; run < runs; run++) {
    const next = streamOf(scene, random);
    let comparison = newComparison(instant(0), 1);
    const open = new Set(ALPHAS.keys());
    for (let look = 1; look <= (LOOKS.at(-1) ?? 0); look++) {
      comparison = addWindows(comparison, [next()], OPEN);
      for (const i of open)
        if (comparison.peak >= Math.log(1 / (ALPHAS[i] ?? 1))) {
          found[i]?.push(look);
          open.delete(i);
        }
    }
  }
  return found;
}
