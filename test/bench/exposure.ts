/**
 * Exposure of a bad candidate: from its first to its last answer at 20 % of 100 requests a second, of which it
 * fails 30 %, judged through Prometheus with a scrape each second. Nine releases in one run; the median is held
 * against the limit of the design. Requests lost by anybody but the candidate must be none.
 * Run: `BASCULE_CLUSTER=<name> node test/bench/exposure.ts [--json]`.
 */
import { between } from "../../src/base/instant.ts";
import { World } from "../e2e/world.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { median } from "./support/median.ts";

const ROUNDS = 9;
const LIMIT_MS = 1_500;
const BAD = "v4";

interface Round {
  readonly exposureMs: number;
  readonly answers: number;
  readonly failures: number;
  readonly lost: number;
}

const image = (version: string): string => `localhost/shop:${version}`;

async function round(world: World, n: number): Promise<Round> {
  const from = clockNow();
  const name = `bad-${n}`;
  await world.releases.create(SHOP, name, BAD, image(BAD));
  await world.releases.whenPhase(name, "Reverted");
  const { versions } = world.load.answers.figures({ from });
  const seen = versions.find(({ version }) => version === BAD);
  const lost = Object.values(world.lost(from, BAD)).reduce((sum, count) => sum + count, 0);
  if (seen === undefined) return { exposureMs: 0, answers: 0, failures: 0, lost };
  const exposureMs = Math.round(between(seen.first, seen.last));
  return { exposureMs, answers: seen.answers, failures: seen.failures, lost };
}

async function main(): Promise<number> {
  const json = process.argv.includes("--json");
  const world = await World.open("bench-exposure");
  const rounds: Round[] = [];
  try {
    await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
    await world.releases.create(SHOP, "good", "v1", image("v1"));
    await world.releases.whenPhase("good", "Completed");
    await writePlan(world.objects, world.shop, {
      strategy: { canary: { steps: [{ weight: 20, hold: "10s" }] } },
    });
    for (let n = 1; n <= ROUNDS; n++) {
      const found = await round(world, n);
      rounds.push(found);
      if (!json)
        console.log(
          `${n}  ${found.exposureMs} ms, ${found.answers} answers, ${found.failures} failed, ${found.lost} lost`,
        );
    }
  } finally {
    await world.close();
  }
  const exposure = median(rounds.map((r) => r.exposureMs));
  const lost = rounds.reduce((sum, r) => sum + r.lost, 0);
  const shown = rounds.every((r) => r.failures > 0);
  const met = exposure <= LIMIT_MS && lost === 0 && shown;
  if (json) console.log(JSON.stringify({ rounds, medianExposureMs: exposure, limitMs: LIMIT_MS, lost, met }));
  else
    console.log(
      `median ${exposure} ms (limit ${LIMIT_MS} ms), ${lost} requests lost by others: ${met ? "met" : "NOT met"}`,
    );
  return met ? 0 : 1;
}

process.exit(await main());
