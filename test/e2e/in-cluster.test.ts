import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import { SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { PodController } from "../lab/pod-controller.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { CommandLine } from "../support/command-line.ts";
import { World } from "./world.ts";

/** The controller in a pod, put there by `bascule install` with the product's own manifests; 100 requests a second. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-in-cluster", { inCluster: true });
});
afterAll(() => world?.close());

const image = (version: string): string => `localhost/shop:${version}`;
const canary = (...steps: readonly (readonly [number, string])[]) => ({
  canary: { steps: steps.map(([weight, hold]) => ({ weight, hold })) },
});

async function pods(): Promise<readonly AnyObject[]> {
  const { controller } = world;
  if (!(controller instanceof PodController)) throw new Error("the controller runs beside this process");
  return controller.pods();
}

test("the controller runs as nobody, on a root that it can't write, under Pod Security restricted", async () => {
  const namespace = await world.objects.get(KIND.namespace, { name: SYSTEM_NAMESPACE });
  expect(namespace.metadata.labels?.["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  const running = await pods();
  expect(running.length).toBeGreaterThan(0);
  for (const { spec, status } of running) {
    expect(spec.securityContext.runAsNonRoot).toBe(true);
    const [container] = spec.containers;
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(status.containerStatuses[0].restartCount).toBe(0);
  }
});

test("a first release adopts the team's route, and a canary goes through its shares, without a lost request", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await world.releases.create(SHOP, "shop-v1", "v1", image("v1"));
  await world.releases.whenPhase("shop-v1", "Completed");
  await world.whenLive("blue");
  await writePlan(world.objects, world.shop, { strategy: canary([20, "4s"], [50, "4s"]) });
  await world.releases.create(SHOP, "shop-v2", "v2", image("v2"));
  await world.releases.whenPhase("shop-v2", "Completed");
  expect(world.shares("green", from)).toEqual([0, 20, 50, 100]);
  await world.whenLive("green");
  await world.load.whenAnswered("v2", 100);
  expect(world.lost(from)).toEqual({});
});

test("a version that fails 30 % of its requests is taken back, and nobody else loses a request", async () => {
  const from = clockNow();
  const before = await world.fingerprint("green");
  await writePlan(world.objects, world.shop, { strategy: canary([20, "5s"], [50, "5s"]) });
  await world.releases.create(SHOP, "shop-v4", "v4", image("v4"));
  const { status } = await world.releases.whenPhase("shop-v4", "Reverted");
  expect(status.message).toMatch(/^weight-20: golden-errors: \d+ bad of \d+ requests/);
  expect(world.shares("blue", from)).toEqual([0, 20, 0]);
  expect(await world.fingerprint("green")).toEqual(before);
  await world.whenLive("green");
  expect(world.lost(from, "v4")).toEqual({});
});

test("a pod of the controller that is removed in a step is followed by one that goes on from there", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: canary([50, "4s"]) });
  await world.releases.create(SHOP, "shop-v3", "v3", image("v3"));
  await world.releases.when("shop-v3", "at 50 %", (s) => s?.weight === "50%");
  await world.controller.restart();
  await world.releases.whenPhase("shop-v3", "Completed");
  expect(world.shares("blue", from)).toEqual([0, 50, 100]);
  await world.whenLive("blue");
  expect(world.lost(from)).toEqual({});
});

test("the package of a plan becomes a release of its own, and releases beyond the history go", async () => {
  const own = { package: { version: "v2", image: image("v2") }, retention: { history: 1 } };
  await writePlan(world.objects, world.shop, { strategy: { direct: {} }, more: own });
  let left: readonly AnyObject[] = [];
  const pruned = async (): Promise<boolean> => {
    left = await world.objects.list(KIND.release, world.shop.namespace);
    return left.length === 2 && left.every(({ status }) => status?.phase === "Completed");
  };
  const explain = (): string => left.map(({ metadata }) => metadata.name).join(", ");
  // The one that the idle slot holds stays, whatever the history.
  const what = "the plan's own release and that of the idle slot are left";
  await waitUntil(what, pruned, { deadline: minutes(2), explain });
  await world.whenLive("green");
  const [made, idle] = [...left].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  expect(idle?.metadata.name).toBe("shop-v3");
  expect(made).toMatchObject({
    metadata: { labels: { "app.kubernetes.io/managed-by": "bascule" } },
    spec: { package: { version: "v2" } },
  });
});

test("the doctor finds nothing wrong with it", async () => {
  const { kubeconfig } = world.cluster;
  const line = new CommandLine({ namespace: SYSTEM_NAMESPACE, kubeconfig });
  const ran = await line.run("doctor", "-o", "json");
  const { findings } = JSON.parse(ran.out) as { findings: readonly { state: string; what: string }[] };
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(findings.map(({ what }) => what)).toEqual(
    expect.arrayContaining(["version", "Pulumi", "Prometheus"]),
  );
  expect(ran.exit).toBe(0);
});

test("from the first to the last request no law was broken and nothing was lost", () => {
  expect(world.breaches()).toEqual([]);
  const { requests, causes } = world.load.answers.figures({}, "v4");
  expect(causes).toEqual({});
  expect(requests).toBeGreaterThan(3_000);
});
