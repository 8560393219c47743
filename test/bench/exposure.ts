/**
 * Exposure of a bad candidate: from its first to its last answer at 20 % of 100 requests a second, of which it
 * fails 30 %, judged through Prometheus with a scrape each second or, with --direct, by a comparison that scrapes
 * Traefik itself each 250 ms. Nine releases in one run; the median is held against the limit of the design. Requests
 * lost by anybody but the candidate must be none.
 * Run: `BASCULE_CLUSTER=<name> node test/bench/exposure.ts [--direct] [--rounds 9] [--json]`.
 */
import { parseArgs } from "node:util";
import { minutes } from "../../src/base/duration.ts";
import { between } from "../../src/base/instant.ts";
import { World } from "../e2e/world.ts";
import { DIRECT_CHECKS, serveGatewayMetrics } from "../lab/gateway-metrics.ts";
import { clockNow } from "../lab/load/load.ts";
import { CHECKS, SHOP, writePlan } from "../lab/shop.ts";
import { median } from "./support/median.ts";
import { measureReaction, type Reaction } from "./support/reaction.ts";

const LIMITS_MS = { prometheus: 1_500, direct: 1_000 } as const;
const BAD = "v4";
const STEP = "weight-20";

interface Round {
  readonly exposureMs: number;
  readonly answers: number;
  readonly failures: number;
  readonly lost: number;
  /** Milliseconds after the first answer. */
  readonly reaction?: Reaction;
}

const image = (version: string): string => `localhost/shop:${version}`;

async function round(world: World, n: number): Promise<Round> {
  // The shop stays in the slot that `good` has; every bad one goes to the other.
  const from = clockNow();
  const name = `bad-${n}`;
  await world.releases.create(SHOP, name, BAD, image(BAD));
  await world.releases.whenPhase(name, "Reverted");
  const { versions } = world.load.answers.figures({ from });
  const seen = versions.find(({ version }) => version === BAD);
  const lost = Object.values(world.lost(from, BAD)).reduce((sum, count) => sum + count, 0);
  if (seen === undefined) return { exposureMs: 0, answers: 0, failures: 0, lost };
  const exposureMs = Math.round(between(seen.first, seen.last));
  const { first, last } = seen;
  const where = { release: name, version: BAD, step: STEP, service: `${SHOP}-green`, from, first, last };
  const reaction = await measureReaction(world, where);
  return { exposureMs, answers: seen.answers, failures: seen.failures, lost, reaction };
}

const renderReaction = (reaction: Reaction | undefined): string =>
  Object.entries(reaction ?? {})
    .map(([what, at]) => `${what} ${at}`)
    .join(", ");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      direct: { type: "boolean", default: false },
      rounds: { type: "string", default: "9" },
    },
  });
  const { json, direct } = values;
  const count = Number(values.rounds);
  const limitMs = LIMITS_MS[direct ? "direct" : "prometheus"];
  const verification = direct ? DIRECT_CHECKS : CHECKS;
  const world = await World.open("bench-exposure", { load: { limit: minutes(10 + 3 * count) } });
  const rounds: Round[] = [];
  try {
    if (direct) await serveGatewayMetrics(world.objects, world.cluster, world.shop.namespace);
    await writePlan(world.objects, world.shop, { strategy: { direct: {} }, verification });
    await world.releases.create(SHOP, "good", "v1", image("v1"));
    await world.releases.whenPhase("good", "Completed");
    await writePlan(world.objects, world.shop, {
      strategy: { canary: { steps: [{ weight: 20, hold: "10s" }] } },
      verification,
    });
    for (let n = 1; n <= count; n++) {
      const found = await round(world, n);
      rounds.push(found);
      if (!json)
        console.log(
          `${n}  ${found.exposureMs} ms, ${found.answers} answers, ${found.failures} failed, ${found.lost} lost (${renderReaction(found.reaction)})`,
        );
    }
  } finally {
    await world.close();
  }
  const exposure = median(rounds.map((r) => r.exposureMs));
  const lost = rounds.reduce((sum, r) => sum + r.lost, 0);
  const shown = rounds.every((r) => r.failures > 0);
  const met = exposure <= limitMs && lost === 0 && shown;
  if (json) console.log(JSON.stringify({ rounds, medianExposureMs: exposure, limitMs, lost, met }));
  else
    console.log(
      `median ${exposure} ms (limit ${limitMs} ms), ${lost} requests lost by others: ${met ? "met" : "NOT met"}`,
    );
  return met ? 0 : 1;
}

process.exit(await main());
