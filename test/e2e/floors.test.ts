import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { whenLike } from "../lab/when-like.ts";
import { World } from "./world.ts";

/** One service with an autoscaler; each test goes on from where the one before has ended. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-floors");
});
afterAll(() => world?.close());

type Slot = "blue" | "green";
const ref = (slot: Slot) => ({ name: `${SHOP}-${slot}`, namespace: world.shop.namespace });

interface Floor {
  readonly min: number;
  readonly declared: string;
  /** What was borrowed, as `<raised>/<former>`, without the run. */
  readonly mark: string | undefined;
}

async function floorOf(slot: Slot): Promise<Floor> {
  const { metadata, spec } = await world.objects.get(KIND.autoscaler, ref(slot));
  const annotations: Readonly<Record<string, string>> = metadata.annotations ?? {};
  const mark = annotations["bascule.dev/floor"]?.split("/").slice(0, 2).join("/");
  return { min: spec.minReplicas, declared: annotations["bascule.dev/declared-floor"] ?? "", mark };
}

/** Waits until the floor of a slot is as wanted. */
const whenFloor = (slot: Slot, wanted: Partial<Floor>): Promise<void> =>
  whenLike(`the floor of ${slot}`, () => floorOf(slot), wanted, seconds(30));

const replicasOf = async (slot: Slot): Promise<number> =>
  (await world.objects.get(KIND.deployment, ref(slot))).spec.replicas;

const plan = (strategy: Readonly<Record<string, unknown>>, min: number) =>
  writePlan(world.objects, world.shop, { strategy, values: { autoscaling: { min, max: 6 } } });
const canary = { canary: { steps: [{ weight: 50, hold: "manual" }] } };
const release = (name: string, version: string) =>
  world.releases.create(SHOP, name, version, `localhost/shop:${version}`);
const heldAtHalf = (name: string) =>
  world.releases.when(name, "held at 50 %", (s) => s?.hold?.reason === "ManualHold");

test("a candidate's floor is raised for its traffic, and is the program's again once it is live", async () => {
  const from = clockNow();
  await plan({ direct: {} }, 1);
  await release("shop-v1", "v1");
  await world.releases.whenPhase("shop-v1", "Observing");
  expect(await floorOf("blue")).toEqual({ min: 3, declared: "1", mark: "3/1" });
  await world.releases.whenPhase("shop-v1", "Completed");
  await whenFloor("blue", { min: 1, mark: undefined });
  expect(await replicasOf("blue")).toBe(3);
  expect(world.lost(from)).toEqual({});
});

test("during a release the old slot has a floor too; an SRE's own value is what it gets back", async () => {
  const from = clockNow();
  await plan(canary, 2);
  await release("shop-v2", "v2");
  await heldAtHalf("shop-v2");
  expect(await floorOf("blue")).toEqual({ min: 3, declared: "1", mark: "3/1" });
  expect(await floorOf("green")).toEqual({ min: 2, declared: "2", mark: "2/2" });
  await world.objects.patch(KIND.autoscaler, ref("blue"), { spec: { minReplicas: 4 } });
  const four = async (): Promise<boolean> => (await replicasOf("blue")) === 4;
  await waitUntil("the autoscaler follows", four, { deadline: seconds(60), every: seconds(0.5) });
  await world.releases.command("shop-v2", { abort: { reason: "a test says so" } });
  await world.releases.whenPhase("shop-v2", "Reverted");
  await whenFloor("blue", { min: 4, mark: undefined });
  await whenFloor("green", { min: 2, mark: undefined });
  expect(world.lost(from)).toEqual({});
});

test("a promoted slot keeps what its program declares, and the retired one gets its floor back", async () => {
  const from = clockNow();
  await plan(canary, 2);
  await release("shop-v3", "v3");
  await heldAtHalf("shop-v3");
  await world.releases.command("shop-v3", { promote: { step: "weight-50", reason: "a test says so" } });
  await world.releases.whenPhase("shop-v3", "Completed");
  await whenFloor("green", { min: 2, mark: undefined });
  await whenFloor("blue", { min: 4, mark: undefined });
  expect(world.lost(from)).toEqual({});
});

test("a slot that is built anew begins with the floor that its program declares now", async () => {
  const from = clockNow();
  await plan({ direct: {} }, 1);
  await release("shop-v4", "v1");
  await world.releases.whenPhase("shop-v4", "Completed");
  await whenFloor("blue", { min: 1, declared: "1", mark: undefined });
  expect(world.lost(from)).toEqual({});
  // The one change of a live slot is the SRE's: the autoscaler took it from three to four.
  expect(world.breaches()).toEqual([
    expect.stringMatching(/Deployment shop-blue went from generation 2 to 3$/),
  ]);
});
