import { afterAll, beforeAll, expect, test } from "vitest";
import type { FrozenRelease } from "../../src/api/frozen.ts";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { whenAvailable } from "../lab/objects.ts";
import { SHOP, STOREFRONT, writePlan } from "../lab/shop.ts";
import { PRESENT, type Version } from "../lab/version.ts";
import { CommandLine } from "../support/command-line.ts";
import { previousVersion } from "../upgrade/previous.ts";
import { everything, HEALTH, PARENTS, replaceBy, SLOW, withHistory } from "../upgrade/support.ts";
import { World } from "./world.ts";

/**
 * One version of the controller after another in the place of the one before, in the cluster, while releases are held in every phase and
 * 100 requests a second go to one of them.
 */
const upgrades = await withHistory();

/** What the plan `failing` starts from. */
const OLD = "failing-old";
const PERSON = { name: "person", when: ["beforeTraffic"], manual: { question: "Is it the right one?" } };
const TIMING = {
  startDeadline: "10m",
  progress: "8m",
  inForce: "5m",
  step: "40m",
  wait: "1h",
  observe: "2s",
};

let world: World;
let previous: Version;
let from: ReturnType<typeof clockNow>;

beforeAll(async () => {
  if (upgrades === test.skip) return;
  previous = await previousVersion();
  const args = ["--programs=/app/manifests/samples/programs"];
  world = await World.open("e2e-upgrade", {
    inCluster: true,
    version: previous,
    extraArgs: args,
    load: { limit: minutes(30) },
  });
  from = clockNow();
});
afterAll(() => world?.close());

const canary = (...weights: readonly number[]) => ({
  canary: { steps: weights.map((weight) => ({ weight, hold: "manual" })) },
});
const created = (name: string) => ({
  traffic: { create: { hostnames: [`${name}.example`], parentRefs: PARENTS } },
});
const adopting = (name: string) => ({ traffic: { routes: [{ name }] } });

/** What each plan has besides; its releases are of one replica, so that all of them fit on a small machine. */
const PLANS: Readonly<
  Record<string, { readonly more: object; readonly strategy: object; readonly person?: boolean }>
> = {
  idle: { more: created("idle"), strategy: { direct: {} } },
  [SHOP]: { more: { ...adopting(SHOP), capacity: { replicas: 3 } }, strategy: canary(20, 50) },
  waiting: {
    more: { ...created("waiting"), verification: [{ name: "none", templateRef: { name: "not-there-yet" } }] },
    strategy: { direct: {} },
  },
  observing: { more: adopting("observing"), strategy: { direct: {} } },
  failing: { more: adopting("failing"), strategy: canary(50) },
  preparing: {
    more: {
      ...created("preparing"),
      stack: {
        program: { name: "cached" },
        values: {
          port: 8080,
          cache: { image: "localhost/shop:v0", port: 8080, memory: "96Mi", generation: 1 },
        },
      },
    },
    strategy: { blueGreen: {} },
    person: true,
  },
};

async function declare(
  name: string,
  change: { readonly strategy?: object; readonly observe?: string } = {},
): Promise<void> {
  const { more, strategy, person = false } = PLANS[name] ?? { more: {}, strategy: {} };
  await writePlan(world.objects, world.shop, {
    name,
    strategy: { ...strategy, ...change.strategy } as Record<string, unknown>,
    verification: person ? [HEALTH, PERSON] : [HEALTH],
    timing: {
      ...TIMING,
      // After which a way back that is not in force is told to have failed.
      ...(name === "failing" ? { inForce: "20s" } : {}),
      ...(change.observe === undefined ? {} : { observe: change.observe }),
    },
    more: { capacity: { replicas: 1 }, ...more },
  });
}

const release = (plan: string): Promise<AnyObject> =>
  world.releases.create(plan, `${plan}-1`, "v1", "localhost/shop:v1");
const when = (name: string, what: string, holds: (status: AnyObject["status"]) => boolean) =>
  world.releases.when(name, what, (status) => status !== undefined && holds(status), SLOW);
const held = (name: string, reason: string) =>
  when(name, `held: ${reason}`, ({ hold }) => hold?.reason === reason);
const promote = (name: string, step: string) =>
  world.releases.command(name, { promote: { step, reason: "go on" } });
async function answer(name: string): Promise<void> {
  const { kubeconfig } = world.cluster;
  const line = new CommandLine({ namespace: world.shop.namespace, kubeconfig });
  const ran = await line.run("answer", name, "person", "--pass", "--reason", "looks right");
  expect(ran).toMatchObject({ exit: 0 });
}
const frozenOf = async (name: string): Promise<FrozenRelease | undefined> =>
  (await world.releases.get(name)).status.frozen;

/** Routes and a Service of the team's own, for the plans that adopt. */
async function deployMore(): Promise<void> {
  const { namespace } = world.shop;
  const [deployment, service] = await Promise.all(
    [KIND.deployment, KIND.service].map((type) => world.objects.get(type, { name: STOREFRONT, namespace })),
  );
  const metadata = { name: OLD, namespace };
  const labels = { app: OLD };
  const { template } = deployment?.spec ?? {};
  await world.objects.apply({
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: template.spec },
    },
  });
  await world.objects.apply({
    ...{ apiVersion: "v1", kind: "Service", metadata },
    spec: {
      selector: labels,
      ports: service?.spec.ports.map(({ name, port, targetPort }: AnyObject) => ({ name, port, targetPort })),
    },
  });
  for (const [name, backend] of [
    ["observing", STOREFRONT],
    ["failing", OLD],
  ] as const)
    await world.objects.apply({
      ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: { name, namespace } },
      spec: {
        parentRefs: PARENTS,
        hostnames: [`${name}.example`],
        rules: [{ backendRefs: [{ name: backend, port: 80 }] }],
      },
    });
  await whenAvailable(world.objects, metadata, SLOW);
}

const scale = (name: string, replicas: number) =>
  world.objects.patch(KIND.deployment, { name, namespace: world.shop.namespace }, { spec: { replicas } });

const frozen = new Map<string, FrozenRelease | undefined>();
let before: Readonly<Record<string, unknown>>;

upgrades("the version before brings releases into every phase", { timeout: minutes(20) }, async () => {
  await deployMore();
  for (const name of Object.keys(PLANS)) await declare(name, name === "observing" ? { observe: "1h" } : {});
  for (const name of Object.keys(PLANS)) await release(name);
  const phase = (name: string, wanted: string, step?: string) =>
    when(name, wanted, (s) => s.phase === wanted && (step === undefined || s.step === step));
  await Promise.all([
    world.releases.whenPhase("idle-1", "Completed", SLOW),
    phase("waiting-1", "Pending"),
    held("shop-1", "ManualHold").then(() =>
      world.releases.command("shop-1", { pause: { state: true, reason: "lunch" } }),
    ),
    phase("preparing-1", "Preparing", "verify"),
    phase("observing-1", "Observing"),
    held("failing-1", "ManualHold").then(async () => {
      await scale(OLD, 0);
      const gone = async (): Promise<boolean> =>
        (await world.objects.list(KIND.pod, world.shop.namespace, `app=${OLD}`)).length === 0;
      await waitUntil("the old side has no pod", gone, { deadline: SLOW });
      await world.releases.command("failing-1", { abort: { reason: "wrong one" } });
    }),
  ]);
  await held("shop-1", "Paused");
  await phase("failing-1", "RevertFailed");
  for (const name of Object.keys(PLANS)) frozen.set(name, await frozenOf(`${name}-1`));
  expect(frozen.get("waiting")).toBeUndefined();
  before = await everything(world);
});

upgrades(
  "an upgrade starts no release, changes no object and does nothing with a stack",
  { timeout: minutes(12) },
  async () => {
    // Compiled now, every plan would have other steps.
    const edit = async (): Promise<void> => {
      for (const name of Object.keys(PLANS))
        await declare(name, {
          observe: "3s",
          ...("canary" in (PLANS[name]?.strategy ?? {}) ? { strategy: canary(70) } : {}),
        });
    };
    await replaceBy(world, PRESENT, edit, Object.keys(PLANS));
    expect(await everything(world)).toEqual(before);
    for (const [name, was] of frozen) expect(await frozenOf(`${name}-1`), name).toEqual(was);
  },
);

upgrades(
  "each release goes on from where it was, by its own steps, to its own end",
  { timeout: minutes(15) },
  async () => {
    await scale(OLD, 1);
    await world.releases.command("shop-1", { pause: { state: false, reason: "back" } });
    await Promise.all([
      held("shop-1", "ManualHold").then(() => promote("shop-1", "weight-20")),
      answer("preparing-1"),
      promote("observing-1", "observe"),
    ]);
    await when("shop-1", "at 50 %", (s) => s.weight === "50%");
    await promote("shop-1", "weight-50");
    for (const name of [SHOP, "preparing", "observing"]) {
      const { status } = await world.releases.whenPhase(`${name}-1`, "Completed", SLOW);
      expect(status.frozen, name).toEqual(frozen.get(name));
    }
    // It was in RevertFailed, which counts as an end for who waits.
    const ended = async (): Promise<boolean> =>
      (await world.releases.get("failing-1")).status.phase === "Reverted";
    await waitUntil("failing-1 is reverted", ended, { deadline: SLOW, every: seconds(0.5) });
    // What had not begun still has not, and ends as anybody says.
    expect(await world.releases.get("waiting-1")).toMatchObject({ status: { phase: "Pending" } });
    await world.releases.command("waiting-1", { abort: { reason: "not needed" } });
    await world.releases.whenPhase("waiting-1", "Cancelled", SLOW);
    expect(world.shares("blue", from)).toEqual([0, 20, 50, 100]);
    await world.load.whenAnswered("v1", 100);
  },
);

upgrades("from the first to the last version no law was broken and no request was lost", () => {
  expect(world.breaches()).toEqual([]);
  expect(world.lost(from)).toEqual({});
});
