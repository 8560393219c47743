import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** The slot that no longer serves, under 100 requests a second. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-idle-slot");
});
afterAll(() => world?.close());

async function release(name: string, version: string, slot: "blue" | "green"): Promise<void> {
  await world.releases.create(SHOP, name, version, `localhost/shop:${version}`);
  await world.releases.whenPhase(name, "Completed");
  await world.whenLive(slot);
}

/** Waits until the slot's Deployment is gone, and the plan has nothing more to do. */
async function whenRemoved(slot: "blue" | "green"): Promise<void> {
  const { namespace } = world.shop;
  const removed = async (): Promise<boolean> => {
    const deployment = await world.objects.find(KIND.deployment, { name: `${SHOP}-${slot}`, namespace });
    const { status } = await world.objects.get(KIND.plan, { name: SHOP, namespace });
    return deployment === undefined && status?.removal === undefined && status?.slots?.[slot] === undefined;
  };
  await waitUntil(`slot ${slot} is removed`, removed, { deadline: seconds(60), every: seconds(0.2) });
}

test("is removed after each release where the plan asks for it, and built anew by the next", async () => {
  await writePlan(world.objects, world.shop, {
    strategy: { direct: {} },
    more: { retention: { idleSlot: "Destroy" } },
  });
  const from = clockNow();
  await release("shop-v1", "v1", "blue");
  await release("shop-v2", "v2", "green");
  await whenRemoved("blue");
  await release("shop-v3", "v3", "blue");
  await whenRemoved("green");
  const { spec } = await world.route();
  expect(spec.rules[0].backendRefs).toMatchObject([
    { name: `${SHOP}-blue`, weight: 100 },
    { name: `${SHOP}-green`, weight: 0 },
  ]);
  await world.load.whenAnswered("v3", 300);
  expect(world.lost(from)).toEqual({});
  expect(world.breaches()).toEqual([]);
});
