import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import type { StackRequest } from "../../src/ports/stacks.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { until } from "../support/until.ts";
import { type Bench, openBench, PLAN, settle, slotRequest } from "./harness.ts";

let bench: Bench;
let runner: StackRunner;

beforeAll(async () => {
  bench = await openBench();
  runner = bench.runner();
});
afterAll(() => bench?.close());

const deployment = () => bench.get("deployment", "shop-blue");
const configMaps = async (): Promise<readonly string[]> =>
  (await bench.kubectl("get", "configmap", "-l", "bascule.dev/plan=shop", "-o", "name"))
    .trim()
    .split("\n")
    .filter((line) => line !== "");

function entryRequest(operation: StackRequest["operation"], hostname: string): StackRequest {
  const { namespace } = bench;
  return {
    key: `entry-${operation}-${hostname}-${Math.random()}`,
    stack: `${namespace}.${PLAN}.entry`,
    operation,
    serviceAccount: { namespace, name: "bascule" },
    deadline: minutes(2),
    task: {
      kind: "entry",
      input: {
        namespace,
        plan: PLAN,
        ports: [{ name: "http", port: 8080 }],
        entryService: PLAN,
        initialSlot: "blue",
        route: { hostnames: [hostname], parentRefs: [{ name: "edge", namespace: "gateways" }] },
      },
    },
  };
}

test("a first apply makes the stack and its objects, labelled, under the slot's own manager", async () => {
  expect(await settle(runner, slotRequest(bench.namespace))).toMatchObject({
    state: "succeeded",
    changes: { created: 4, updated: 0, replaced: 0, deleted: 0, same: 0 },
  });
  expect(bench.calls().map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
    "up --yes",
    "stack init",
    "up --yes",
  ]);
  const live = await deployment();
  const labels = {
    "app.kubernetes.io/managed-by": "bascule",
    "bascule.dev/plan": "shop",
    "bascule.dev/slot": "blue",
    "bascule.dev/release": "shop-1",
  };
  expect(live.metadata.labels).toMatchObject(labels);
  expect(live.spec.template.metadata.labels).toMatchObject(labels);
  expect(live.spec.selector.matchLabels).toEqual({ "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" });
  const managed = JSON.parse(
    await bench.kubectl("get", "deployment", "shop-blue", "-o", "json", "--show-managed-fields"),
  ).metadata.managedFields as { manager: string; operation: string; fieldsV1: object }[];
  const ours = managed.filter((entry) => entry.operation === "Apply");
  expect(ours.map((entry) => entry.manager)).toEqual(["bascule-stack-blue"]);
  expect(JSON.stringify(ours)).not.toContain("f:replicas");
});

test("an unchanged apply is one CLI process and writes nothing", async () => {
  const before = await deployment();
  expect(await settle(runner, slotRequest(bench.namespace))).toMatchObject({
    state: "succeeded",
    changes: { created: 0, updated: 0, replaced: 0, deleted: 0, same: 4 },
  });
  expect(bench.calls()).toHaveLength(1);
  expect((await deployment()).metadata.resourceVersion).toBeDefined();
  expect((await deployment()).metadata.generation).toBe(before.metadata.generation);
});

test("a key that is done starts nothing when it is asked for again", async () => {
  const request = slotRequest(bench.namespace);
  const first = await settle(runner, request);
  bench.calls();
  expect(runner.ensure(request)).toEqual(first);
  expect(bench.calls()).toEqual([]);
});

test("a changed image is one CLI process; replicas of the controller stay", async () => {
  await bench.put(
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop-blue" },
      spec: { replicas: 2 },
    },
    "--server-side",
    "--field-manager=bascule-scale",
    "--validate=false",
  );
  const request = slotRequest(bench.namespace, { release: "shop-2", image: "localhost/shop:v2" });
  expect(await settle(runner, request)).toMatchObject({
    state: "succeeded",
    changes: { created: 0, updated: 4 },
  });
  expect(bench.calls()).toHaveLength(1);
  const live = await deployment();
  expect(live.spec.template.spec.containers[0].image).toBe("localhost/shop:v2");
  expect(live.spec.template.metadata.labels["bascule.dev/release"]).toBe("shop-2");
  expect(live.spec.replicas).toBe(2);
});

test("a preview tells objects and fields, and changes nothing", async () => {
  const before = await deployment();
  const values = { config: { GREETING: "good evening" } };
  const request = slotRequest(bench.namespace, { release: "shop-3", values, operation: "preview" });
  const outcome = await settle(runner, request);
  expect(outcome).toMatchObject({ state: "succeeded", changes: { created: 1, updated: 3 } });
  const details = outcome.state === "succeeded" ? (outcome.details ?? []) : [];
  const changed = details.find((detail) => detail.object === "Deployment shop-blue");
  expect(changed?.operation).toBe("update");
  expect(changed?.fields).toContain("spec.template.spec.containers[0].envFrom[0].configMapRef.name");
  expect((await deployment()).metadata.generation).toBe(before.metadata.generation);
  expect(await configMaps()).toHaveLength(1);
});

test("the former release's ConfigMap stays while a release runs, and goes with the next one", async () => {
  const [first] = await configMaps();
  const apply = (release: string, greeting: string) =>
    settle(runner, slotRequest(bench.namespace, { release, values: { config: { GREETING: greeting } } }));
  expect(await apply("shop-3", "good evening")).toMatchObject({ state: "succeeded" });
  const second = await configMaps();
  expect(second).toHaveLength(2);
  expect(second).toContain(first);
  // The same release once more, as after a crash, is no reason to remove anything.
  expect(await apply("shop-3", "good evening")).toMatchObject({ changes: { deleted: 0 } });
  expect(await configMaps()).toEqual(second);
  expect(await apply("shop-4", "good night")).toMatchObject({ changes: { deleted: 1 } });
  const third = await configMaps();
  expect(third).toHaveLength(2);
  expect(third).not.toContain(first);
});

test("a lost state adopts the objects again and leaves the pods alone", async () => {
  const selector = "bascule.dev/plan=shop,bascule.dev/slot=blue";
  const uids = async () =>
    (await bench.kubectl("get", "pods", "-l", selector, "-o", "jsonpath={.items[*].metadata.uid}"))
      .split(" ")
      .sort();
  await bench.kubectl("rollout", "status", "deployment/shop-blue", "--timeout=120s");
  await until("two pods of the new release are left", async () => (await uids()).length === 2, 60_000);
  const before = await uids();
  await bench.kubectl("delete", "secret", "-l", "bascule.dev/state");
  const request = slotRequest(bench.namespace, {
    release: "shop-4",
    values: { config: { GREETING: "good night" } },
  });
  expect(await settle(runner, request)).toMatchObject({ state: "succeeded", changes: { created: 4 } });
  expect(await uids()).toEqual(before);
  expect((await deployment()).spec.replicas).toBe(2);
});

test("the entry stack leaves selectors and weights to the controller", async () => {
  expect(await settle(runner, entryRequest("apply", "one.test"))).toMatchObject({ changes: { created: 5 } });
  expect((await bench.get("service", "shop-green")).spec.selector).toEqual({
    "bascule.dev/plan": "shop",
    "bascule.dev/slot": "green",
  });
  const patch = async (kind: string, name: string, body: object) =>
    bench.kubectl(
      "patch",
      kind,
      name,
      "--type=merge",
      "--field-manager=bascule-traffic",
      "-p",
      JSON.stringify(body),
    );
  await patch("service", "shop", { spec: { selector: { "bascule.dev/slot": "green" } } });
  const backend = (slot: string, weight: number) => ({ name: `shop-${slot}`, port: 8080, weight });
  await patch("httproute", "shop", {
    spec: { rules: [{ backendRefs: [backend("blue", 80), backend("green", 20)] }] },
  });
  bench.calls();
  expect(await settle(runner, entryRequest("apply", "two.test"))).toMatchObject({
    state: "succeeded",
    changes: { updated: 1, same: 4 },
  });
  expect(bench.calls()).toHaveLength(1);
  const route = await bench.get("httproute", "shop");
  expect(route.spec.hostnames).toEqual(["two.test"]);
  expect(route.spec.rules[0].backendRefs.map((ref: { weight: number }) => ref.weight)).toEqual([80, 20]);
  expect((await bench.get("service", "shop")).spec.selector["bascule.dev/slot"]).toBe("green");
});

test("a lost state of the entry stack keeps selectors and weights too", async () => {
  await bench.kubectl("delete", "secret", `bascule-state-${bench.namespace}.shop.entry`);
  expect(await settle(runner, entryRequest("apply", "two.test"))).toMatchObject({ state: "succeeded" });
  const route = await bench.get("httproute", "shop");
  expect(route.spec.rules[0].backendRefs.map((ref: { weight: number }) => ref.weight)).toEqual([80, 20]);
  expect((await bench.get("service", "shop")).spec.selector["bascule.dev/slot"]).toBe("green");
});

test("no token and no passphrase is in the state, and scratch files are gone", async () => {
  const parts = ["blue", "entry"].map((part) => bench.states.read(`${bench.namespace}.${PLAN}.${part}`));
  const states = (await Promise.all(parts)).map((state) => state?.toString() ?? "");
  const passphrase = readFileSync(join(bench.home, "passphrase"), "utf8");
  for (const state of states) {
    expect(state).toContain("urn:pulumi:");
    expect(state).not.toContain("eyJ");
    expect(state).not.toContain(passphrase);
    expect(state).not.toContain("certificate-authority-data");
  }
  expect(readdirSync(join(bench.home, "tmp"))).toEqual([]);
});

test("a destroy removes everything of the slot, also what the state does not know", async () => {
  await bench.put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "stray",
      labels: {
        "app.kubernetes.io/managed-by": "bascule",
        "bascule.dev/plan": "shop",
        "bascule.dev/slot": "blue",
      },
    },
  });
  const request = slotRequest(bench.namespace, { operation: "destroy", program: "gone-meanwhile" });
  expect(await settle(runner, request)).toMatchObject({ state: "succeeded" });
  expect(await configMaps()).toEqual([]);
  for (const kind of ["deployment", "serviceaccount", "poddisruptionbudget"])
    expect(await bench.get(kind, "shop-blue")).toBeUndefined();
  expect(await bench.get("service", "shop-blue")).toBeDefined();
  // Once more, with nothing left: that is no error.
  expect(await settle(runner, slotRequest(bench.namespace, { operation: "destroy" }))).toMatchObject({
    state: "succeeded",
  });
});
