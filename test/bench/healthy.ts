/**
 * A healthy candidate is left alone: releases in a row of versions that are both good, at 100 requests a second, each
 * judged at 20 % by a comparison that scrapes Traefik itself each 250 ms. Every release has to be completed, the
 * comparison passed with counted requests of both sides, and no request may be lost by anybody.
 * Run: `BASCULE_CLUSTER=<name> node test/bench/healthy.ts [--releases 20] [--json]`.
 */
import { parseArgs } from "node:util";
import type { CheckResult } from "../../src/api/verification.ts";
import { minutes } from "../../src/base/duration.ts";
import { World } from "../e2e/world.ts";
import { DIRECT, DIRECT_CHECKS, serveGatewayMetrics } from "../lab/gateway-metrics.ts";
import { KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, writePlan } from "../lab/shop.ts";

const VERSIONS = ["v2", "v1"] as const;
const FINAL = ["Completed", "Reverted", "RevertFailed", "Failed", "Cancelled", "Superseded"];
const image = (version: string): string => `localhost/shop:${version}`;

interface Outcome {
  readonly release: string;
  readonly phase: string;
  readonly verdict: string;
  readonly message: string;
  readonly looks: number;
}

async function release(world: World, n: number): Promise<Outcome> {
  const version = VERSIONS[n % VERSIONS.length] ?? "v1";
  const name = `healthy-${n}`;
  await world.releases.create(SHOP, name, version, image(version));
  const ended = await world.releases.whenPhase(name, FINAL);
  const all = await world.objects.list(KIND.verification, world.shop.namespace);
  const step = all.find(({ metadata }) => metadata.name === `${name}-weight-20`);
  const results = (step?.status?.results ?? []) as readonly CheckResult[];
  const { verdict = "none", message = "", looks = 0 } = results.find((r) => r.name === DIRECT.name) ?? {};
  return { release: name, phase: ended.status.phase, verdict, message, looks };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: "boolean", default: false }, releases: { type: "string", default: "20" } },
  });
  const { json } = values;
  const count = Number(values.releases);
  // Without requests nothing can be judged: they go on for as long as the releases can take.
  const world = await World.open("bench-healthy", { load: { limit: minutes(10 + 3 * count) } });
  const outcomes: Outcome[] = [];
  let lost = 0;
  try {
    await serveGatewayMetrics(world.objects, world.cluster, world.shop.namespace);
    const verification = DIRECT_CHECKS;
    await writePlan(world.objects, world.shop, { strategy: { direct: {} }, verification });
    await world.releases.create(SHOP, "first", "v1", image("v1"));
    await world.releases.whenPhase("first", "Completed");
    const canary = { canary: { steps: [{ weight: 20, hold: "8s" }] } };
    await writePlan(world.objects, world.shop, { strategy: canary, verification });
    const from = clockNow();
    for (let n = 0; n < count; n++) {
      const outcome = await release(world, n);
      outcomes.push(outcome);
      if (!json)
        console.log(
          `${n + 1}  ${outcome.phase}, ${outcome.verdict} after ${outcome.looks} looks: ${outcome.message}`,
        );
    }
    lost = Object.values(world.lost(from)).reduce((sum, count) => sum + count, 0);
  } finally {
    await world.close();
  }
  const falseReverts = outcomes.filter(({ phase }) => phase !== "Completed").length;
  const unjudged = outcomes.filter(({ verdict }) => verdict !== "passed").length;
  const met = falseReverts === 0 && unjudged === 0 && lost === 0 && outcomes.length > 0;
  if (json) console.log(JSON.stringify({ outcomes, falseReverts, unjudged, lost, met }));
  else
    console.log(
      `${outcomes.length} releases, ${falseReverts} false reverts, ${unjudged} not passed by the comparison, ${lost} requests lost: ${met ? "met" : "NOT met"}`,
    );
  return met ? 0 : 1;
}

process.exit(await main());
