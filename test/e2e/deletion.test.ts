import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND, typeOf } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { SHOP, STOREFRONT, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** Deleting plans under 100 requests a second; each test goes on from where the one before has ended. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-deletion");
});
afterAll(() => world?.close());

const image = (version: string): string => `localhost/shop:${version}`;
const plan = (name = SHOP) => ({ name, namespace: world.shop.namespace });

async function release(name: string, version: string, of = SHOP): Promise<void> {
  await world.releases.create(of, name, version, image(version));
  await world.releases.whenPhase(name, "Completed");
}

/** Deletes a plan as a person would, and waits until it is gone. */
const deletePlan = (name = SHOP): Promise<void> => world.objects.remove(KIND.plan, plan(name), minutes(1));

/** Names of what Bascule made for a plan that is still there, as `Deployment/shop-blue`. */
const made = (...kinds: readonly string[]): Promise<readonly string[]> => madeFor(SHOP, ...kinds);
async function madeFor(of: string, ...kinds: readonly string[]): Promise<readonly string[]> {
  const labels = `bascule.dev/plan=${of},app.kubernetes.io/managed-by=bascule`;
  const lists = kinds.map(async (kind) => {
    const apiVersion = { Deployment: "apps/v1", HTTPRoute: "gateway.networking.k8s.io/v1" }[kind] ?? "v1";
    const found = await world.objects.list(typeOf({ apiVersion, kind }), world.shop.namespace, labels);
    return found.map(({ metadata }) => `${kind}/${metadata.name}`);
  });
  return (await Promise.all(lists)).flat().sort();
}

/** Parts of the plan that have a Lease in the controller's namespace, and Pulumi state there. */
async function stacksLeft(of = SHOP): Promise<{
  readonly leases: readonly string[];
  readonly states: readonly string[];
}> {
  const prefix = `${world.shop.namespace}.${of}.`;
  const partOf = (name: string): string => name.split(prefix)[1] ?? "";
  const leases = await world.objects.list(
    typeOf({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" }),
    "bascule-system",
  );
  const secrets = await world.objects.list(typeOf({ apiVersion: "v1", kind: "Secret" }), "bascule-system");
  return {
    leases: leases
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.includes(prefix))
      .map(partOf)
      .sort(),
    states: [
      ...new Set(
        secrets
          .map(({ metadata }) => metadata.name)
          .filter((name) => name.includes(prefix))
          .map((name) => partOf(name).replace(/\..*/, "")),
      ),
    ].sort(),
  };
}

const backends = (route: AnyObject): readonly string[] =>
  route.spec.rules.flatMap((rule: AnyObject) =>
    rule.backendRefs.map((ref: AnyObject) => `${ref.name}:${ref.weight}`),
  );
const marks = (route: AnyObject): readonly string[] =>
  Object.keys(route.metadata.annotations ?? {}).filter((key) => key.startsWith("bascule.dev/"));

test("a plan at rest goes without a lost request, and leaves what serves", async () => {
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await release("shop-v1", "v1");
  await world.whenLive("blue");
  await release("shop-v2", "v2");
  await world.whenLive("green");
  const before = await world.fingerprint("green");
  const from = clockNow();
  await deletePlan();
  expect(await world.fingerprint("green")).toEqual(before);
  const route = await world.route();
  expect(backends(route)).toEqual(["shop-green:100"]);
  expect(marks(route)).toEqual([]);
  expect(await made("Deployment", "ConfigMap")).toEqual(["Deployment/shop-green"]);
  expect(await made("Service")).toEqual(
    ["shop", "shop-blue", "shop-green", "shop-preview"].map((n) => `Service/${n}`),
  );
  expect(await stacksLeft()).toEqual({ leases: ["entry", "green"], states: ["entry", "green"] });
  expect((await world.releases.get("shop-v2")).status.phase).toBe("Completed"); // the record stays
  await world.load.whenAnswered("v2", 300);
  expect(world.lost(from)).toEqual({});
});

/** A plan with a route of its own, beside the shop's. */
const OWN = "own";

/** A canary that stays at 20 % until somebody says otherwise. */
const MANUAL = { canary: { steps: [{ weight: 20, hold: "manual" }] } };

async function holdAt20(name: string, version: string): Promise<void> {
  await world.releases.create(SHOP, name, version, image(version));
  await world.releases.when(name, "held at 20 %", (s) => s?.hold?.reason === "ManualHold");
}

test("a new plan of the name knows who serves; deleted in the midst of a canary it takes that back first", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: MANUAL });
  await world.whenLive("green");
  await holdAt20("shop-v3", "v3");
  await world.load.whenAnswered("v3", 20);
  await deletePlan();
  const { status } = await world.releases.get("shop-v3");
  expect([status.phase, status.ending?.reason]).toEqual(["Cancelled", "PlanDeleted"]);
  const route = await world.route();
  expect(backends(route)).toEqual(["shop-green:100"]);
  expect(marks(route)).toEqual([]);
  expect(await made("Deployment")).toEqual(["Deployment/shop-green"]);
  expect(await stacksLeft()).toEqual({ leases: ["entry", "green"], states: ["entry", "green"] });
  expect(world.lost(from)).toEqual({});
  expect(world.breaches()).toEqual([]);
});

test("with the policy Delete the team's route holds the deletion until it points elsewhere; then all goes", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: MANUAL, more: { deletionPolicy: "Delete" } });
  await world.whenLive("green");
  await world.objects.client.delete(KIND.plan, plan());
  const stalled = async (): Promise<boolean> =>
    (await world.objects.get(KIND.plan, plan())).status.conditions.some(
      (c: AnyObject) => c.type === "Stalled" && c.reason === "SlotInTraffic",
    );
  await waitUntil("the deletion says what it waits for", stalled, { deadline: seconds(20) });
  const rules = [{ backendRefs: [{ name: STOREFRONT, port: 80 }] }];
  await world.objects.patch(KIND.route, plan(), { spec: { rules } });
  await deletePlan();
  expect(await made("Deployment", "ConfigMap", "Service", "ServiceAccount")).toEqual([]);
  expect(await stacksLeft()).toEqual({ leases: [], states: [] });
  expect((await world.route()).spec.rules[0].backendRefs).toMatchObject([{ name: STOREFRONT }]);
  await world.load.whenAnswered("v0", 300);
  expect(world.lost(from)).toEqual({});
});

test("with the policy Delete the route that Bascule made goes with the plan, and nobody else notices", async () => {
  const from = clockNow();
  const create = { hostnames: ["own.test"], parentRefs: [{ name: "edge", namespace: "gateways" }] };
  await writePlan(world.objects, world.shop, {
    name: OWN,
    strategy: { direct: {} },
    verification: [{ name: "health", http: { path: "/healthz" } }],
    more: { deletionPolicy: "Delete", traffic: { create } },
  });
  await release("own-v1", "v1", OWN);
  const kinds = ["Deployment", "HTTPRoute", "Service"] as const;
  expect(await madeFor(OWN, ...kinds)).toEqual([
    "Deployment/own-blue",
    "HTTPRoute/own",
    ...["own", "own-blue", "own-green", "own-preview"].map((n) => `Service/${n}`),
  ]);
  await deletePlan(OWN);
  expect(await madeFor(OWN, ...kinds, "ConfigMap", "ServiceAccount")).toEqual([]);
  expect(await stacksLeft(OWN)).toEqual({ leases: [], states: [] });
  expect(world.lost(from)).toEqual({});
  // The side that was live went with the plan before, on purpose.
  expect(world.breaches().filter((breach) => breach.includes("unready"))).toEqual([]);
});

test("a plan goes with its namespace, also in the midst of a release", async () => {
  await writePlan(world.objects, world.shop, { strategy: MANUAL });
  await holdAt20("shop-v4", "v1");
  await world.load.stop();
  await world.objects.remove(KIND.namespace, { name: world.shop.namespace }, minutes(1));
  expect(world.controller.running).toBe(true);
});
