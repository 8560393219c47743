/** How soon a worse candidate is seen, and how often a healthy one is blamed, by the judge and by other rules. */
import { milliseconds } from "../../../src/base/duration.ts";
import { oddsRatio, timeToDetect } from "../../../src/core/gate/compare/planning.ts";
import { randomFrom } from "./random.ts";
import { percent, quantileText, type Row } from "./report.ts";
import { fixedThreshold, type Rule, repeatedFisher, repeatedMannWhitney, sequentialTest } from "./rules.ts";
import { type Scene, streamOf } from "./stream.ts";

const RATE = 100;
const WEIGHTS = [0.05, 0.2, 0.5] as const;
const ALPHA = 0.01;
/** z of a one-sided level of 1 %. */
const CRITICAL_Z = 2.326348;
const SECONDS = 600;
/** Rules that read series of points are given one for each five scrapes. */
const EVERY = 5;

interface Change {
  readonly what: string;
  readonly base: number;
  readonly to: readonly number[];
  /** Limit of the fixed threshold. */
  readonly limit: number;
}
const CHANGES: readonly Change[] = [
  { what: "errors", base: 0.001, to: [0.005, 0.01, 0.03, 0.1], limit: 0.01 },
  { what: "slow", base: 0.05, to: [0.1, 0.2], limit: 0.1 },
];

const healthyOf = (change: Change): Change => ({ ...change, to: [change.base] });

export function detection(runs: number, print: (row: Row) => void): void {
  for (const { what, base, to, limit } of [...CHANGES.map(healthyOf), ...CHANGES])
    for (const share of to)
      for (const weight of WEIGHTS) {
        const scene = {
          window: 1,
          candidate: [RATE * weight],
          live: [RATE * (1 - weight)],
          candidateShare: share,
          liveShare: base,
        };
        const rules = (): readonly Rule[] => [
          sequentialTest(ALPHA),
          fixedThreshold(limit, 60),
          repeatedMannWhitney(CRITICAL_Z, EVERY),
          repeatedFisher(ALPHA, EVERY),
        ];
        const healthy = share === base;
        const planned = timeToDetect(oddsRatio(share, base), {
          candidate: RATE * weight,
          live: RATE * (1 - weight),
          share: base,
          tolerated: 1,
          alpha: ALPHA,
          dispersion: 1,
          window: milliseconds(1_000),
        });
        for (const [name, times] of replay(scene, rules, runs))
          print({
            section: healthy
              ? `False reverts of the same streams, 100 rps, scrapes of 1 s, 10 minutes, nominal level 1 %`
              : `Time to detection, 100 rps, scrapes of 1 s, α 0.01, within 10 minutes`,
            setup: `${what} ${percent(base)} → ${percent(share)}, weight ${weight * 100} %, ${name}`,
            figures: healthy
              ? { reverted: percent(times.length / runs), runs }
              : {
                  median: quantileText(times, runs, 0.5),
                  p90: quantileText(times, runs, 0.9),
                  seen: percent(times.length / runs),
                  planned: name === "sequential test" ? `${(planned / 1_000).toFixed(1)} s` : "",
                },
            ...(healthy && name === "sequential test"
              ? { met: times.length / runs <= ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / runs) }
              : {}),
          });
      }
}

/** Times in seconds of each rule's alarms; all rules see the same windows. */
function replay(
  scene: Scene,
  rules: () => readonly Rule[],
  runs: number,
): ReadonlyMap<string, readonly number[]> {
  const random = randomFrom(7);
  const found = new Map<string, number[]>(rules().map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run++) {
    const next = streamOf(scene, random);
    const open = new Set(rules());
    for (let second = 1; second <= SECONDS && open.size > 0; second++) {
      const window = next();
      for (const rule of open)
        if (rule.look(window)) {
          found.get(rule.name)?.push(second);
          open.delete(rule);
        }
    }
  }
  return found;
}
