/** Share of healthy candidates that pass in the hold of the README's example, by the judge of the gate itself. */
import { check as checkSchema } from "../../../src/api/check.ts";
import type { CheckResult, Verdict } from "../../../src/api/verification.ts";
import { minutes, seconds } from "../../../src/base/duration.ts";
import { instant, plus } from "../../../src/base/instant.ts";
import { judge } from "../../../src/core/gate/judge.ts";
import { randomFrom } from "./random.ts";
import { percent, type Row } from "./report.ts";
import { streamOf } from "./stream.ts";

const RATE = 100;
const HOLD = minutes(2);
const SCRAPE = 5;
/** Weights of the example's steps; the release shares its alpha among them. */
const WEIGHTS = [5, 25, 50] as const;
const arm = { total: "t", bad: "b" };
const CHECK = checkSchema.parse({
  name: "golden",
  compare: {
    metrics: [{ name: "errors", candidate: arm, live: arm }],
    alpha: 0.01 / WEIGHTS.length,
    scrapeInterval: `${SCRAPE}s`,
  },
});

export function passing(runs: number, print: (row: Row) => void): void {
  for (const share of [0, 0.001, 0.005, 0.01])
    for (const weight of WEIGHTS) {
      const random = randomFrom(11);
      const verdicts = Array.from({ length: runs }, () => hold(weight / 100, share, random));
      const part = (verdict: Verdict): string => percent(verdicts.filter((v) => v === verdict).length / runs);
      print({
        section: `Healthy candidates at the end of a hold of 2m, 100 rps, scrapes of 5 s, detect 2 points, α 0.01 for all steps`,
        setup: `${percent(share)} bad on both sides, weight ${weight} %`,
        figures: { passed: part("passed"), "not yet": part("pending"), failed: part("failed"), runs },
      });
    }
}

/** The verdict at the end of the hold. */
function hold(weight: number, share: number, random: ReturnType<typeof randomFrom>): Verdict {
  const scene = { window: SCRAPE, candidateShare: share, liveShare: share };
  const next = streamOf({ ...scene, candidate: [RATE * weight], live: [RATE * (1 - weight)] }, random);
  const from = instant(0);
  let result: CheckResult | undefined;
  for (let time = SCRAPE; time <= HOLD / 1_000; time += SCRAPE) {
    const window = next();
    const at = plus(from, seconds(time));
    const look = { kind: "compare", baseline: true, start: from, windows: [window], newest: at } as const;
    const context = { at, from, window: HOLD, deadline: plus(from, minutes(17)), validator: "bench" };
    result = judge(CHECK, result, look, context).result;
    if (result.verdict === "failed") break;
  }
  return result?.verdict ?? "notRun";
}
