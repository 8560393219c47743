import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { ROOT } from "../lab/objects.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** A program whose slots share a cache, under 100 requests a second; each test goes on from the one before. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-shared", {
    programs: [join(ROOT, "manifests/samples/programs/cached")],
  });
});
afterAll(() => world?.close());

/** Any image that stays up will do for a cache that nobody asks. */
const cacheOf = (generation: number) => ({
  cache: { image: "localhost/shop:v0", port: 8080, memory: "96Mi", generation },
});

const deployment = (name: string): Promise<AnyObject> =>
  world.objects.get(KIND.deployment, { name, namespace: world.shop.namespace });
const cache = (): Promise<AnyObject> => deployment(`${SHOP}-cache`);
const identityOf = ({ metadata }: AnyObject) => [metadata.uid, metadata.generation];

async function writeCachedPlan(strategy: Readonly<Record<string, unknown>>): Promise<void> {
  const stack = { program: { name: "cached" }, values: { port: 8080, ...cacheOf(1) } };
  await writePlan(world.objects, world.shop, { strategy, more: { stack } });
}

async function release(name: string, version: string, values?: object): Promise<void> {
  const { namespace } = world.shop;
  await world.objects.create({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "Release",
    metadata: { name, namespace },
    spec: {
      planRef: { name: SHOP },
      package: { version, image: `localhost/shop:${version}`, ...(values === undefined ? {} : { values }) },
    },
  });
}

test("the cache is there before the first slot, which is told where it is", async () => {
  const from = clockNow();
  await writeCachedPlan({ direct: {} });
  await release("shop-v1", "v1");
  const { status } = await world.releases.whenPhase("shop-v1", "Completed");
  const reasons = status.journal.entries.map((e: { readonly reason: string }) => e.reason);
  expect(reasons.indexOf("SharedApplied")).toBe(1);
  const slot = await deployment(`${SHOP}-blue`);
  expect(slot.spec.template.spec.containers[0].env).toEqual([{ name: "CACHE", value: "shop-cache:8080" }]);
  const [made = "", then = ""] = [await cache(), slot].map((d) => d.metadata.creationTimestamp);
  expect(made <= then).toBe(true);
  expect((await world.whenLive("blue")).status.shared).toMatchObject({
    release: "shop-v1",
    outputs: { host: "shop-cache", port: 8080 },
    objects: ["Deployment shop-cache", "Service shop-cache"],
  });
  expect(world.lost(from)).toEqual({});
});

test("a release that only brings another image does nothing to it", async () => {
  const from = clockNow();
  const before = identityOf(await cache());
  await release("shop-v2", "v2");
  const { status } = await world.releases.whenPhase("shop-v2", "Completed");
  expect(status.journal.entries.map((e: { readonly reason: string }) => e.reason)).not.toContain(
    "SharedApplied",
  );
  expect(identityOf(await cache())).toEqual(before);
  await world.whenLive("green");
  expect(world.lost(from)).toEqual({});
});

test("its replacement waits for a person who approves just that, and no revert takes it back", async () => {
  const from = clockNow();
  const [before, live] = [identityOf(await cache()), await world.fingerprint("green")];
  await writeCachedPlan({ canary: { steps: [{ weight: 20, hold: "20s" }] } });
  // Fails 30 % of its requests.
  await release("shop-v4", "v4", cacheOf(2));
  const reason = "SharedChangeNeedsApproval";
  const { status } = await world.releases.when("shop-v4", reason, (s) => s?.hold?.reason === reason);
  expect(status.hold.message).toContain("replace Deployment shop-cache");
  expect(identityOf(await cache())).toEqual(before);
  const { id } = status.shared.change;
  await world.releases.command("shop-v4", {
    promote: { step: "deploy", reason: "only a cache", change: id },
  });
  const ended = await world.releases.whenPhase("shop-v4", "Reverted");
  expect(ended.status.journal.entries).toContainEqual(
    expect.objectContaining({ reason: "SharedChangeApproved", by: await world.objects.whoAmI() }),
  );
  const after = await cache();
  expect(identityOf(after)).not.toEqual(before);
  expect(after.spec.selector.matchLabels.generation).toBe("2");
  const plan = await world.whenLive("green");
  expect(plan.status.shared).toMatchObject({ release: "shop-v4" });
  expect(await world.fingerprint("green")).toEqual(live);
  expect(world.lost(from, "v4")).toEqual({});
  expect(world.breaches()).toEqual([]);
});
