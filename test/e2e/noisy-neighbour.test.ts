import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { addTenant, removeTenant } from "../lab/install.ts";
import { KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { Noise } from "../lab/noise.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** One controller, two tenants: a quiet one with a shop under 100 requests a second, and one that makes plans, releases and Verifications in a loop. */
const NOISY = "e2e-noisy";
let world: World;
let noise: Noise;
let from: ReturnType<typeof clockNow>;

beforeAll(async () => {
  // With two workers one namespace has one of them: what is measured is whose turn it is, and less how fast this machine is.
  world = await World.open("e2e-quiet", { extraArgs: ["--stack-workers", "2"] });
  await world.objects.remove(KIND.namespace, { name: NOISY });
  await addTenant(world.objects, NOISY);
  noise = new Noise(world.objects, NOISY);
  from = clockNow();
  await writePlan(world.objects, world.shop, {
    strategy: { canary: { steps: [{ weight: 50, hold: "3s" }] } },
    timing: { progress: "4m", inForce: "1m", step: "2m", observe: "1s", drain: "1s" },
    more: { capacity: { replicas: 1 } },
  });
});
afterAll(async () => {
  if (world === undefined) return;
  await noise?.stop().catch(() => undefined);
  await removeTenant(world.objects, NOISY, world.controller);
  await world.close();
});

/** Seconds from a release's making to its end. */
async function spanOf(name: string, version: string, phase: string): Promise<number> {
  const from = clockNow();
  await world.releases.create(SHOP, name, version, `localhost/shop:${version}`);
  await world.releases.whenPhase(name, phase, minutes(4));
  return (clockNow() - from) / 1_000;
}

/** Seconds for which a release of the version that fails 30 % of its requests was seen by clients. */
async function exposureOf(name: string): Promise<number> {
  const from = clockNow();
  await spanOf(name, "v4", "Reverted");
  const seen = world.load.answers.figures({ from }).versions.find(({ version }) => version === "v4");
  if (seen === undefined) throw new Error("no client saw v4");
  return (seen.last - seen.first) / 1_000;
}

const alone = { good: 0, exposed: 0 };

test("alone, the quiet tenant's releases are judged and shifted", async () => {
  await spanOf("first", "v1", "Completed");
  alone.good = await spanOf("alone", "v2", "Completed");
  await world.whenLive("green");
  alone.exposed = await exposureOf("alone-bad");
  await world.whenLive("green");
});

test("beside a noisy one a bad version is taken back in about the time that it takes alone, and a good one gets through", async () => {
  noise.start();
  const loud = (): boolean => noise.figures.plans >= 100;
  await waitUntil("the noisy tenant has 100 plans", loud, { deadline: minutes(3), every: seconds(0.2) });
  const exposed = await exposureOf("beside-bad");
  await world.whenLive("green");
  const good = await spanOf("beside", "v3", "Completed");
  const figures = await noise.stop();
  console.log(
    `alone: ${alone.good} s, exposed ${alone.exposed} s; beside: ${good} s, exposed ${exposed} s; ${JSON.stringify(figures)}`,
  );
  expect(exposed).toBeLessThan(3 * alone.exposed + 3);
  expect(good).toBeLessThan(4 * alone.good);
  // It did make itself felt: its own things wait for each other.
  const verifications = await world.objects.list(KIND.verification, NOISY);
  expect(verifications.filter(({ status }) => status?.phase === "Waiting").length).toBeGreaterThan(20);
});

test("nobody lost a request and no law was broken, and the noisy tenant is answered too", async () => {
  expect(world.breaches()).toEqual([]);
  expect(world.lost(from, "v4")).toEqual({});
  const releases = await world.objects.list(KIND.release, NOISY);
  expect(releases.length).toBeGreaterThan(100);
  const unseen = releases.filter(({ status }) => status?.observedGeneration === -1);
  expect(unseen).toEqual([]);
});
