/** What a stack made and somebody deletes: the state says that it is there, and an apply makes it again all the same. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import type { StackRequest } from "../../src/ports/stacks.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { type Bench, openBench, PLAN, settle, slotRequest } from "./harness.ts";

let bench: Bench;
let runner: StackRunner;

beforeAll(async () => {
  bench = await openBench();
  runner = bench.runner();
  expect(await settle(runner, entryRequest())).toMatchObject({ changes: { created: 5 } });
});
afterAll(() => bench?.close());

let sequence = 0;

function entryRequest(serving: "blue" | "green" = "blue", hostname = "gone.test"): StackRequest {
  const { namespace } = bench;
  return {
    key: `entry-${++sequence}`,
    stack: `${namespace}.${PLAN}.entry`,
    operation: "apply",
    serviceAccount: { namespace, name: "bascule" },
    deadline: minutes(2),
    task: {
      kind: "entry",
      input: {
        namespace,
        plan: PLAN,
        ports: [{ name: "http", port: 8080 }],
        entryService: PLAN,
        initialSlot: serving,
        serving,
        route: { hostnames: [hostname], parentRefs: [{ name: "edge", namespace: "gateways" }] },
      },
    },
  };
}

const weights = async (): Promise<readonly number[]> =>
  (await bench.get("httproute", PLAN)).spec.rules[0].backendRefs.map((ref: { weight: number }) => ref.weight);
const selected = async (service: string): Promise<unknown> =>
  (await bench.get("service", service)).spec.selector["bascule.dev/slot"];

/** As the controller writes it. */
async function patch(kind: string, name: string, body: object): Promise<void> {
  const how = ["--type=merge", "--field-manager=bascule-traffic", "-p", JSON.stringify(body)];
  await bench.kubectl("patch", kind, name, ...how);
}

test("a route and a Service that were deleted are made again, all to the side that serves", async () => {
  await bench.kubectl("delete", "httproute/shop", "service/shop-green");
  expect(await settle(runner, entryRequest("green"))).toMatchObject({ state: "succeeded" });
  expect(await weights()).toEqual([0, 100]);
  expect(await selected("shop-green")).toBe("green");
  // What was still there keeps what it selects, whatever serves.
  expect(await selected("shop")).toBe("blue");
});

test("what is still there keeps its weights, its selector and people's labels, also where it is changed", async () => {
  const backend = (slot: string, weight: number) => ({ name: `shop-${slot}`, port: 8080, weight });
  const rules = [{ backendRefs: [backend("blue", 80), backend("green", 20)] }];
  await patch("httproute", PLAN, { metadata: { labels: { team: "shop" } }, spec: { rules } });
  await patch("service", PLAN, { spec: { selector: { "bascule.dev/slot": "green" } } });
  await bench.kubectl("delete", "service/shop-blue");
  bench.calls();
  expect(await settle(runner, entryRequest("blue", "two.test"))).toMatchObject({
    state: "succeeded",
    changes: { created: 1, updated: 1, replaced: 0, deleted: 0, same: 3 },
  });
  expect(bench.calls()).toHaveLength(1);
  const route = await bench.get("httproute", PLAN);
  expect(await weights()).toEqual([80, 20]);
  expect(route.spec.hostnames).toEqual(["two.test"]);
  expect(route.metadata.labels.team).toBe("shop");
  expect(await selected(PLAN)).toBe("green");
});

test("objects of a slot that were deleted between two releases are made again by the next", async () => {
  expect(await settle(runner, slotRequest(bench.namespace))).toMatchObject({ changes: { created: 4 } });
  await bench.kubectl("delete", "deployment/shop-blue", "serviceaccount/shop-blue");
  const next = slotRequest(bench.namespace, { release: "shop-2", image: "localhost/shop:v2" });
  expect(await settle(runner, next)).toMatchObject({ state: "succeeded" });
  const live = await bench.get("deployment", "shop-blue");
  expect(live?.metadata.labels["bascule.dev/release"]).toBe("shop-2");
  expect(await bench.get("serviceaccount", "shop-blue")).toBeDefined();
});
