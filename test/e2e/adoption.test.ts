import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow, Load } from "../lab/load/load.ts";
import { REPLICAS, SHOP, STOREFRONT, writePlan } from "../lab/shop.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { World } from "./world.ts";

/**
 * The team's Service from before the first release becomes the plan's entry. Callers inside the cluster are those of
 * its ClusterIP, each request over a connection of its own, while the gateway gets its 100 requests a second.
 */
let world: World;
let callers: Load;
beforeAll(async () => {
  world = await World.open("e2e-adoption");
  const { spec } = await service(STOREFRONT);
  const gatewayUrl = `http://${spec.clusterIP}`;
  callers = new Load({ gatewayUrl }, { host: STOREFRONT, rate: 50, freshEvery: 1 });
  await callers.whenAnswered("v0", 20);
});
afterAll(async () => {
  await callers?.stop();
  await world?.close();
});

const service = (name: string): Promise<AnyObject> =>
  world.objects.get(KIND.service, { name, namespace: world.shop.namespace });
const slotOf = async (name: string): Promise<string> =>
  (await service(name)).spec.selector["bascule.dev/slot"];

/** Runs the command line as people do. */
const bascule = (...args: readonly string[]): Promise<Ran> =>
  new CommandLine({ namespace: world.shop.namespace, kubeconfig: world.cluster.kubeconfig }).run(...args);

/** Waits until the callers are answered by one version alone, and by `count` answers of it. */
async function whenCallersReach(version: string, count = 25): Promise<Instant> {
  const mark = { at: clockNow(), seen: 0 };
  const only = (): boolean => {
    const { versions } = callers.answers.figures({ from: mark.at });
    if (versions.some((v) => v.version !== version)) mark.at = clockNow();
    return versions.every((v) => v.version === version && v.answers >= count) && versions.length === 1;
  };
  const explain = (): string => JSON.stringify(callers.answers.figures({ from: mark.at }).versions);
  await waitUntil(`callers reach ${version} alone`, only, {
    deadline: seconds(30),
    every: seconds(0.1),
    explain,
  });
  return mark.at;
}

const versionsSince = (from: Instant): readonly string[] =>
  callers.answers.figures({ from }).versions.map((v) => v.version);

test("after the first release callers of the former Service are still where they were", async () => {
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await world.releases.create(SHOP, "shop-v1", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-v1", "Completed");
  expect((await world.whenLive("blue")).status.legacyService).toBe(STOREFRONT);
  await world.load.whenAnswered("v1", 50);
  expect(versionsSince(clockNow())).not.toContain("v1");
  expect((await service(STOREFRONT)).spec.selector).toEqual({ app: STOREFRONT });
});

test("a dry run tells what would happen and changes nothing", async () => {
  const before = await service(STOREFRONT);
  const ran = await bascule("adopt", SHOP, "--finish", "--reason", "a test", "--dry-run");
  expect(ran).toMatchObject({ exit: 0, err: "" });
  expect(ran.out).toContain(
    `its selector moves from app=${STOREFRONT} to slot blue, with ${REPLICAS} ready replicas`,
  );
  expect(await service(STOREFRONT)).toEqual(before);
  const plan = await world.objects.get(KIND.plan, { name: SHOP, namespace: world.shop.namespace });
  expect(plan.spec.traffic).not.toHaveProperty("finishAdoption");
});

test("finishing the adoption sends its callers to the live slot, and loses none of them", async () => {
  const from = clockNow();
  const before = await service(STOREFRONT);
  const ran = await bascule("adopt", SHOP, "--finish", "--reason", "a test");
  expect(ran).toMatchObject({ exit: 0, err: "" });
  await whenCallersReach("v1");
  const after = await service(STOREFRONT);
  expect(after.spec).toEqual({
    ...before.spec,
    selector: { "bascule.dev/plan": SHOP, "bascule.dev/slot": "blue" },
  });
  expect(after.metadata.annotations).toMatchObject({
    "bascule.dev/entry": SHOP,
    "bascule.dev/former-selector": JSON.stringify({ app: STOREFRONT }),
  });
  const { status } = await world.whenLive("blue");
  expect(status).toMatchObject({ entryService: STOREFRONT, adoption: { by: await world.objects.whoAmI() } });
  expect(status).not.toHaveProperty("legacyService");
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: "AdoptionFinished", status: "True" }),
  );
  expect((await bascule("adopt", SHOP, "--finish", "--reason", "again")).out).toContain("nothing to do");
  expect(callers.answers.figures({ from }).causes).toEqual({});
});

test("the former pods may go without anybody noticing", async () => {
  const from = clockNow();
  await world.objects.remove(KIND.deployment, { name: STOREFRONT, namespace: world.shop.namespace });
  await whenCallersReach("v1", 50);
  expect(callers.answers.figures({ from }).causes).toEqual({});
  expect(world.lost(from)).toEqual({});
});

test("the next release moves it at 100 %, and a revert brings it back", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, {
    strategy: { canary: { steps: [{ weight: 50, hold: "2s" }] } },
    timing: { observe: "60s" },
  });
  await world.releases.create(SHOP, "shop-v2", "v2", "localhost/shop:v2");
  await world.releases.when("shop-v2", "50 % in force", (s) => s?.weight === "50%");
  expect(await slotOf(STOREFRONT)).toBe("blue");
  await world.releases.whenPhase("shop-v2", "Observing");
  expect([await slotOf(STOREFRONT), await slotOf(SHOP)]).toEqual(["green", "green"]);
  await whenCallersReach("v2");
  await world.releases.command("shop-v2", { abort: { reason: "a test says so" } });
  await whenCallersReach("v1");
  const { status } = await world.releases.whenPhase("shop-v2", "Reverted");
  expect(status.frozen).toMatchObject({ entryService: STOREFRONT, madeEntries: [SHOP] });
  expect([await slotOf(STOREFRONT), await slotOf(SHOP)]).toEqual(["blue", "blue"]);
  await world.whenLive("blue");
  expect(callers.answers.figures({ from }).causes).toEqual({});
  expect(world.lost(from)).toEqual({});
});

test("and a release that completes takes its callers along for good", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await world.releases.create(SHOP, "shop-v2-again", "v2", "localhost/shop:v2");
  await world.releases.whenPhase("shop-v2-again", "Completed");
  await world.whenLive("green");
  await whenCallersReach("v2");
  expect([await slotOf(STOREFRONT), await slotOf(SHOP)]).toEqual(["green", "green"]);
  expect(callers.answers.figures({ from }).causes).toEqual({});
  expect(world.lost(from)).toEqual({});
  expect(world.breaches()).toEqual([]);
});
