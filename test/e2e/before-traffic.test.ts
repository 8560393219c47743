import { afterAll, beforeAll, expect, test } from "vitest";
import { type Instant, instant } from "../../src/base/instant.ts";
import { clockNow } from "../lab/load/load.ts";
import { CHECKS, SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

let world: World;
let before: Readonly<Record<string, unknown>>;
let from: Instant = instant(0);
beforeAll(async () => {
  world = await World.open("e2e-before-traffic");
  before = await world.fingerprint("adopted");
  from = clockNow();
});
afterAll(() => world?.close());

/** Nobody outside noticed anything. */
async function expectUntouched(): Promise<void> {
  expect(await world.fingerprint("adopted")).toEqual(before);
  expect(world.shares("blue", from)).toEqual([0]);
  expect(world.lost(from)).toEqual({});
  expect(world.load.answers.figures({ from }).versions.map((v) => v.version)).toEqual(["v0"]);
  await world.whenLive("adopted");
}

test("an image that crashes fails before any traffic, with the reason of its pods", async () => {
  await writePlan(world.objects, world.shop, { strategy: { direct: {} }, timing: { progress: "20s" } });
  await world.releases.create(SHOP, "shop-crash", "crash", "localhost/shop:crash");
  const { status } = await world.releases.whenPhase("shop-crash", "Failed");
  expect(status.message).toContain("CrashLoopBackOff");
  await expectUntouched();
});

test("a job that fails before traffic ends the release, with the job's name in its message", async () => {
  const job = {
    image: "localhost/busybox:1",
    command: ["sh", "-c", "echo the migration does not fit; exit 1"],
    timeout: "30s",
  };
  await writePlan(world.objects, world.shop, {
    strategy: { direct: {} },
    verification: [...CHECKS, { name: "migration", when: ["beforeTraffic"], job }],
  });
  await world.releases.create(SHOP, "shop-job", "v1", "localhost/shop:v1");
  const { status } = await world.releases.whenPhase("shop-job", "Failed");
  expect(status.message).toContain("migration");
  await expectUntouched();
});

test("a good release follows a failed one, and no law was broken", async () => {
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await world.releases.create(SHOP, "shop-good", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-good", "Completed");
  await world.load.whenAnswered("v1", 50);
  expect(world.lost(from)).toEqual({});
  expect(world.breaches()).toEqual([]);
});
