import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, STOREFRONT, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** The story of one service under 100 requests a second; each test goes on from where the one before has ended. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-releases");
});
afterAll(() => world?.close());

const image = (version: string): string => `localhost/shop:${version}`;
const canary = (...steps: readonly (readonly [number, string])[]) => ({
  canary: { steps: steps.map(([weight, hold]) => ({ weight, hold })) },
});

/** Releases and waits for the end. */
async function release(name: string, version: string, phase: string): Promise<AnyObject> {
  await world.releases.create(SHOP, name, version, image(version));
  return world.releases.whenPhase(name, phase);
}

const phasesOf = (status: AnyObject["status"]): readonly string[] => [
  ...new Set<string>(status.journal.entries.map((e: { readonly to: string }) => e.to.split("/")[0])),
];

test("the first release adopts the team's route, and what the team deployed stays as it was", async () => {
  const from = clockNow();
  const before = await world.fingerprint("adopted");
  const route = await world.route();
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  const { status } = await release("shop-v1", "v1", "Completed");
  expect(phasesOf(status)).toEqual(["Preparing", "Shifting", "Observing", "Completed"]);
  expect(world.shares("blue", from)).toEqual([0, 100]);
  expect(await world.fingerprint("adopted")).toEqual(before);
  const after = await world.route();
  expect(after.spec.hostnames).toEqual(route.spec.hostnames);
  expect(after.spec.parentRefs).toEqual(route.spec.parentRefs);
  expect((await world.whenLive("blue")).status.legacyService).toBe(STOREFRONT);
  await world.load.whenAnswered("v1", 100);
  expect(world.lost(from)).toEqual({});
});

test("a canary goes through exactly its shares and is promoted", async () => {
  const from = clockNow();
  const before = await world.fingerprint("blue");
  await writePlan(world.objects, world.shop, { strategy: canary([20, "4s"], [50, "4s"]) });
  await world.releases.create(SHOP, "shop-v2", "v2", image("v2"));
  await world.releases.when("shop-v2", "at 20 %", (s) => s?.weight === "20%");
  await world.load.whenAnswered("v2");
  await world.releases.whenPhase("shop-v2", "Observing");
  expect(await world.fingerprint("blue")).toEqual(before); // the old slot is warm and untouched at 100 %
  await world.releases.whenPhase("shop-v2", "Completed");
  expect(world.shares("green", from)).toEqual([0, 20, 50, 100]);
  await world.whenLive("green");
  expect(world.lost(from)).toEqual({});
});

test("blue/green moves all traffic with one write", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: { blueGreen: {} } });
  const { generation } = (await world.route()).metadata;
  await release("shop-v3", "v3", "Completed");
  expect(world.shares("blue", from)).toEqual([0, 100]);
  expect((await world.route()).metadata.generation).toBe((generation ?? 0) + 1);
  await world.whenLive("blue");
  expect(world.lost(from)).toEqual({});
});

test("a version that fails 30 % of its requests is taken back within seconds, and nobody else loses a request", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: canary([20, "5s"], [50, "5s"]) });
  await world.releases.create(SHOP, "shop-v4", "v4", image("v4"));
  await world.releases.when("shop-v4", "step verify", (s) => s?.step === "verify");
  const before = await world.fingerprint("blue");
  const { status } = await world.releases.whenPhase("shop-v4", "Reverted");
  expect(status.message).toMatch(/^weight-20: golden-errors: \d+ bad of \d+ requests/);
  expect(world.shares("green", from)).toEqual([0, 20, 0]);
  expect(await world.fingerprint("blue")).toEqual(before);
  await world.whenLive("blue");
  expect(world.lost(from, "v4")).toEqual({});
  const bad = world.load.answers.figures({ from }).versions.find(({ version }) => version === "v4");
  expect(bad?.failures).toBeGreaterThan(0);
  expect((bad?.last ?? 0) - (bad?.first ?? 0)).toBeLessThanOrEqual(seconds(3)); // the strict limit is the demo's
});

test("an abort at 50 % takes the candidate back without a lost request", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: canary([50, "manual"]) });
  await world.releases.create(SHOP, "shop-abort", "v2", image("v2"));
  await world.releases.when(
    "shop-abort",
    "held at 50 %",
    (s) => s?.weight === "50%" && s.hold?.reason === "ManualHold",
  );
  await world.load.whenAnswered("v2", 20);
  await world.releases.command("shop-abort", { abort: { reason: "a test says so" } });
  const { status } = await world.releases.whenPhase("shop-abort", "Reverted");
  expect(status.ending).toMatchObject({ reason: "Aborted", by: await world.objects.whoAmI() });
  expect(world.shares("green", from)).toEqual([0, 50, 0]);
  expect(world.lost(from)).toEqual({});
});

test("a newer release takes the place of one at 20 %, whose traffic goes back first", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: canary([20, "manual"]) });
  await world.releases.create(SHOP, "shop-old", "v1", image("v1"));
  await world.releases.when("shop-old", "held at 20 %", (s) => s?.hold?.reason === "ManualHold");
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await world.releases.create(SHOP, "shop-new", "v2", image("v2"));
  await world.releases.whenPhase("shop-old", "Superseded");
  await world.releases.whenPhase("shop-new", "Completed");
  expect(world.shares("green", from)).toEqual([0, 20, 0, 100]);
  await world.whenLive("green");
  expect(world.lost(from)).toEqual({});
});

test("from the first to the last request no law was broken and nothing was lost", async () => {
  const pods = await world.objects.list(KIND.pod, world.shop.namespace);
  expect(pods.length).toBeGreaterThan(0);
  expect(world.breaches()).toEqual([]);
  const { requests, causes } = world.load.answers.figures({}, "v4");
  expect(causes).toEqual({});
  expect(requests).toBeGreaterThan(5_000);
});
