import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { CHECKS, SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

/** Traefik's own counters say what it does with the weights, and when nothing reaches a slot any more. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-split");
});
afterAll(() => world?.close());

const counter = (service: string): string =>
  `traefik_service_requests_total{service=~"{{target.namespace}}-${service}-http-[0-9]+@kubernetesgateway"}`;
const SPLIT = {
  name: "split",
  window: "6s",
  prometheus: {
    split: { candidate: counter("{{target.service}}"), live: counter("{{target.baselineService}}") },
    staleAfter: "3s",
    interval: "250ms",
  },
};
const canary = (weight: number, hold: string) => ({ canary: { steps: [{ weight, hold }] } });

async function verification(name: string): Promise<AnyObject | undefined> {
  const found = await world.objects.list(KIND.verification, world.shop.namespace);
  return found.find(({ metadata }) => metadata.name === name);
}

/** The stored result of the split in a Verification, once it has the verdict. */
async function resultOf(name: string, verdict: string): Promise<AnyObject["status"]> {
  let seen: AnyObject["status"];
  const has = async (): Promise<boolean> => {
    const status = (await verification(name))?.status;
    seen = status?.results?.find((r: { readonly name: string }) => r.name === "split");
    return seen?.verdict === verdict;
  };
  const explain = (): string => JSON.stringify(seen);
  await waitUntil(`the split of ${name} is ${verdict}`, has, {
    deadline: seconds(60),
    every: seconds(0.2),
    explain,
  });
  return seen;
}

const replicas = async (side: "blue" | "green"): Promise<number> => {
  const name = `${SHOP}-${side}`;
  return (await world.objects.get(KIND.deployment, { name, namespace: world.shop.namespace })).spec.replicas;
};

test("a canary at 20 % reports that Traefik really gives it about 20 %, and completes", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: { direct: {} }, verification: [...CHECKS, SPLIT] });
  await world.releases.create(SHOP, "shop-v1", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-v1", "Completed");
  await writePlan(world.objects, world.shop, {
    strategy: canary(20, "6s"),
    verification: [...CHECKS, SPLIT],
    timing: { drain: "6s" },
  });
  await world.releases.create(SHOP, "shop-v2", "v2", "localhost/shop:v2");
  const measured = await resultOf("shop-v2-weight-20", "passed");
  expect(measured).toMatchObject({ reason: "SplitAsAsked", threshold: "share 18 % to 22 %" });
  expect(measured.value).toBeGreaterThan(0.18);
  expect(measured.value).toBeLessThan(0.22);
  expect(measured.sampleSize).toBeGreaterThan(100);
  const { status } = await world.releases.whenPhase("shop-v2", "Completed");
  const journal: readonly { readonly message: string }[] = status.journal.entries;
  expect(journal.map((entry) => entry.message).join("\n")).toMatch(
    /weight-20 passed; \d+ of \d+ requests \(\d+(\.\d+)? %\) reached the candidate; asked for 20%/,
  );
  expect(world.lost(from)).toEqual({});
});

test("the retired slot is scaled down only after a look without new requests", async () => {
  const plan = await world.whenLive("green");
  const name = `${SHOP}-retire-${plan.status.sequence}`;
  const silent = await resultOf(name, "passed");
  expect(silent).toMatchObject({ reason: "NoNewRequests" });
  await waitUntil("blue is scaled to nothing", async () => (await replicas("blue")) === 0, {
    deadline: seconds(30),
    every: seconds(0.2),
  });
  const { spec } = (await verification(name)) ?? { spec: undefined };
  expect(spec.target).toMatchObject({ service: `${SHOP}-blue`, share: "0%" });
  expect(Date.parse(silent.finishedAt) - Date.parse(plan.status.idleSince)).toBeGreaterThanOrEqual(6_000);
  const conditions = (await world.whenLive("green")).status.conditions as readonly {
    readonly type: string;
  }[];
  expect(conditions.map(({ type }) => type)).not.toContain("DrainUnproven");
});

test("a gateway that gives another share than asked takes the candidate back, and the record says what was measured", async () => {
  const from = clockNow();
  // Counters that are the wrong way round look like a gateway that gives 80 % where 20 % were asked for.
  const { candidate, live } = SPLIT.prometheus.split;
  const wrong = {
    ...SPLIT,
    prometheus: { ...SPLIT.prometheus, split: { candidate: live, live: candidate } },
  };
  await writePlan(world.objects, world.shop, {
    strategy: canary(20, "20s"),
    verification: [...CHECKS, wrong],
  });
  await world.releases.create(SHOP, "shop-wrong", "v1", "localhost/shop:v1");
  const { status } = await world.releases.whenPhase("shop-wrong", "Reverted");
  expect(status.message).toMatch(
    /^weight-20: split: \d+ of \d+ requests \(\d+(\.\d+)? %\) reached the candidate; asked for 20%$/,
  );
  expect(world.shares("blue", from)).toEqual([0, 20, 0]);
  await world.whenLive("green");
  expect(world.lost(from)).toEqual({});
});

test("an advisory split that differs is a reservation, and the release completes", async () => {
  const from = clockNow();
  const { candidate, live } = SPLIT.prometheus.split;
  const split = { candidate: live, live: candidate, source: "pods" };
  const advisory = { ...SPLIT, prometheus: { ...SPLIT.prometheus, split } };
  await writePlan(world.objects, world.shop, {
    strategy: canary(20, "8s"),
    verification: [...CHECKS, advisory],
  });
  await world.releases.create(SHOP, "shop-v3", "v3", "localhost/shop:v3");
  const { status } = await world.releases.whenPhase("shop-v3", "Completed");
  expect(status.reservations.join()).toMatch(/split \(advisory\) is failed: \d+ of \d+ requests/);
  expect(world.lost(from)).toEqual({});
  expect(world.breaches()).toEqual([]);
});
