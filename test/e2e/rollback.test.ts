import { afterAll, beforeAll, expect, test } from "vitest";
import type { FrozenRelease } from "../../src/api/frozen.ts";
import { minutes } from "../../src/base/duration.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { PRESENT, type Version } from "../lab/version.ts";
import { nextVersion } from "../upgrade/next.ts";
import { previousVersion } from "../upgrade/previous.ts";
import { everything, HEALTH, PARENTS, replaceBy, SLOW, withHistory } from "../upgrade/support.ts";
import { World } from "./world.ts";

/** From this version to a later one, back again, and back to the version before, in the cluster, under 100 requests a second. */
const upgrades = await withHistory();
let world: World;
let next: Version & { remove(): void };
let from: ReturnType<typeof clockNow>;

beforeAll(async () => {
  world = await World.open("e2e-rollback", { inCluster: true, load: { limit: minutes(30) } });
  next = nextVersion();
  from = clockNow();
});
afterAll(async () => {
  next?.remove();
  await world?.close();
});

const TIMING = {
  startDeadline: "10m",
  progress: "8m",
  inForce: "5m",
  step: "40m",
  wait: "1h",
  observe: "2s",
};
const TRAFFIC = {
  [SHOP]: { routes: [{ name: SHOP }] },
  idle: { create: { hostnames: ["idle.example"], parentRefs: PARENTS } },
};

const declare = (
  name: keyof typeof TRAFFIC,
  strategy: Record<string, unknown>,
  observe = "2s",
): Promise<void> =>
  writePlan(world.objects, world.shop, {
    ...{ name, strategy, verification: [HEALTH], timing: { ...TIMING, observe } },
    more: { capacity: { replicas: name === SHOP ? 3 : 1 }, traffic: TRAFFIC[name] },
  });
const CANARY = { canary: { steps: [{ weight: 20, hold: "manual" }] } };
const declareIdle = (observe: string) => () => declare("idle", { direct: {} }, observe);
const release = (name: string, version: string) =>
  world.releases.create(name.replace(/-\d+$/, ""), name, version, `localhost/shop:${version}`);
const held = (name: string, reason: string) =>
  world.releases.when(name, `held: ${reason}`, (s) => s?.hold?.reason === reason, SLOW);
const frozenOf = async (name: string): Promise<FrozenRelease> =>
  (await world.releases.get(name)).status.frozen;

let first: FrozenRelease;

test("neither another digest of a built-in program nor another form starts anything", {
  timeout: minutes(20),
}, async () => {
  await declare(SHOP, { direct: {} });
  await declareIdle("2s")();
  for (const name of ["idle-1", "shop-1"]) await release(name, "v1");
  for (const name of ["idle-1", "shop-1"]) await world.releases.whenPhase(name, "Completed", SLOW);
  await world.whenLive("blue");
  first = await frozenOf("shop-1");
  const before = await everything(world, "idle");
  expect(Object.keys(before).filter((name) => name.startsWith("Secret"))).not.toEqual([]);
  await declare(SHOP, CANARY);
  await replaceBy(world, next, declareIdle("4s"), ["idle"]);
  expect(await everything(world, "idle")).toEqual(before);
  await release("shop-2", "v2");
  await held("shop-2", "ManualHold");
  const now = await frozenOf("shop-2");
  expect(now.steps.map((s) => s.name)).toContain("watch");
  expect(now.format).toBe(first.format + 1);
  expect(now.programDigest).not.toBe(first.programDigest);
});

test("rolled back, what the later version froze is held with its traffic, and can be aborted", {
  timeout: minutes(12),
}, async () => {
  const was = await frozenOf("shop-2");
  await replaceBy(world, PRESENT, declareIdle("3s"), ["idle"]);
  const { status } = await held("shop-2", "NewerForm");
  expect(status).toMatchObject({ phase: "Shifting", weight: "20%" });
  expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Held", reason: "NewerForm" }));
  expect(status.frozen).toEqual(was);
  await world.releases.command("shop-2", { abort: { reason: "not with this version" } });
  await world.releases.whenPhase("shop-2", "Reverted", SLOW);
  expect(world.shares("green", from)).toEqual([0, 20, 0]);
});

upgrades(
  "the version before takes over a release that this one has begun",
  { timeout: minutes(12) },
  async () => {
    await release("shop-3", "v3");
    await held("shop-3", "ManualHold");
    const was = await frozenOf("shop-3");
    await replaceBy(world, await previousVersion(), declareIdle("5s"), ["idle"]);
    await world.releases.command("shop-3", { promote: { step: "weight-20", reason: "go on" } });
    const { status } = await world.releases.whenPhase("shop-3", "Completed", SLOW);
    expect(status.frozen).toEqual(was);
    expect(world.shares("green", from)).toEqual([0, 20, 0, 20, 100]);
  },
);

test("from the first to the last version no law was broken and no request was lost", () => {
  expect(world.breaches()).toEqual([]);
  expect(world.lost(from)).toEqual({});
});
