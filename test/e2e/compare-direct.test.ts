import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult } from "../../src/api/verification.ts";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { DIRECT, DIRECT_CHECKS, grantFor, serveGatewayMetrics } from "../lab/gateway-metrics.ts";
import { type AnyObject, KIND, typeOf } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** The pack `traefik-compare-direct`: Traefik is scraped by the controller itself, four times a second. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-direct");
  await serveGatewayMetrics(world.objects, world.cluster, world.shop.namespace);
});
afterAll(() => world?.close());

const canary = { canary: { steps: [{ weight: 20, hold: "8s" }] } };

async function resultIn(verification: string): Promise<CheckResult | undefined> {
  const all: readonly AnyObject[] = await world.objects.list(KIND.verification, world.shop.namespace);
  const results = all.find(({ metadata }) => metadata.name === verification)?.status?.results;
  return (results as readonly CheckResult[] | undefined)?.find(({ name }) => name === DIRECT.name);
}

test("a healthy candidate passes a comparison that the controller scrapes itself", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: { direct: {} }, verification: DIRECT_CHECKS });
  await world.releases.create(SHOP, "shop-v1", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-v1", "Completed");
  await writePlan(world.objects, world.shop, { strategy: canary, verification: DIRECT_CHECKS });
  await world.releases.create(SHOP, "shop-v2", "v2", "localhost/shop:v2");
  await world.releases.whenPhase("shop-v2", "Completed");
  const compared = await resultIn("shop-v2-weight-20");
  expect(compared).toMatchObject({ verdict: "passed", reason: "NoHarmShown", kind: "compare" });
  expect(compared?.message).toMatch(/^no harm shown: errors: candidate 0 of \d\d+ .* live 0 of \d\d+/);
  // Its absolute limit is judged at 100 % too.
  expect(await resultIn("shop-v2-observe")).toMatchObject({ verdict: "notApplicable", reason: "NoBaseline" });
  expect(world.lost(from)).toEqual({});
});

test("a candidate that fails more often than the live slot is taken back by it", async () => {
  const from = clockNow();
  await world.releases.create(SHOP, "shop-v4", "v4", "localhost/shop:v4");
  const { status } = await world.releases.whenPhase("shop-v4", "Reverted");
  expect(status.message).toMatch(
    /^weight-20: direct: errors: candidate \d+ of \d+ \(\d+(\.\d+)? %\) bad, live 0 of \d+ \(0 %\) bad: (the candidate is worse|above 0\.1%)$/,
  );
  expect(await resultIn("shop-v4-weight-20")).toMatchObject({ verdict: "failed", reason: "HarmShown" });
  expect(world.lost(from, "v4")).toEqual({});
  expect(world.breaches()).toEqual([]);
});

test("the gateway is read as long as its namespace lets this one do so, and not a release longer", async () => {
  const grant = grantFor(world.shop.namespace);
  await world.objects.remove(typeOf(grant), grant.metadata);
  // The step waits long enough for somebody to make the grant.
  const timing = { step: "3m" };
  await writePlan(world.objects, world.shop, { strategy: canary, verification: DIRECT_CHECKS, timing });
  await world.releases.create(SHOP, "shop-ungranted", "v3", "localhost/shop:v3");
  await world.releases.when("shop-ungranted", "at 20 %", ({ step }) => step === "weight-20");
  let seen: CheckResult | undefined;
  const told = async (): Promise<boolean> => {
    seen = await resultIn("shop-ungranted-weight-20");
    return seen?.reason === "NotGranted";
  };
  await waitUntil("the check tells that it has no grant", told, {
    deadline: minutes(1),
    every: seconds(0.2),
    explain: () => JSON.stringify(seen),
  });
  expect(seen?.message).toContain("it needs a ReferenceGrant in gateways");
  await world.objects.apply(grant);
  await world.releases.whenPhase("shop-ungranted", "Completed");
});

test("a candidate is taken back by what the pods of both slots count themselves", async () => {
  const from = clockNow();
  const verification = [
    { name: "pods", templateRef: { name: "http-compare-direct" }, args: { detect: "10%" }, window: "6s" },
  ];
  await writePlan(world.objects, world.shop, { strategy: canary, verification });
  await world.releases.create(SHOP, "shop-pods", "v4", "localhost/shop:v4");
  const { status } = await world.releases.whenPhase("shop-pods", "Reverted");
  expect(status.message).toMatch(
    /^weight-20: pods: errors: candidate \d+ of \d+ .* bad, live 0 of \d+ \(0 %\) bad: the candidate is worse$/,
  );
  expect(world.lost(from, "v4")).toEqual({});
  expect(world.breaches()).toEqual([]);
});
