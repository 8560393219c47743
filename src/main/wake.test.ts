import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Parts, type Resource, slotLabels, WorldBench } from "../../test/support/world-bench.ts";
import { type Why, wakeOnChanges } from "./wake.ts";

describe("a change in the world", () => {
  let bench: WorldBench;
  let wakes: [string, Why][];
  const keys = (): readonly string[] => wakes.map(([key]) => key).sort();
  /** The plans that one change wakes. */
  const wokenBy = async (resource: Resource, name: string, parts?: Parts): Promise<readonly string[]> => {
    wakes = [];
    await bench.put(resource, name, parts);
    return keys();
  };
  const listen = (): (() => void) => wakeOnChanges(bench.world, (key, why) => void wakes.push([key, why]));

  beforeEach(async () => {
    bench = await WorldBench.start();
    wakes = [];
  });
  afterEach(() => bench.stop());

  const three = async (): Promise<void> => {
    const template = { templateRef: { name: "http", kind: "VerificationTemplate" } };
    const cluster = { templateRef: { name: "http", kind: "ClusterVerificationTemplate" } };
    await bench.put("plans", "shop", { spec: { traffic: { create: {} }, verification: [template] } });
    await bench.put("plans", "cart", {
      spec: { traffic: { routes: [{ name: "edge" }] }, verification: [cluster] },
      status: { adoptedService: "legacy" },
    });
    await bench.put("plans", "idle");
    listen();
    await bench.watch();
  };

  it("that was there at the start says so, and is no news of a person's", async () => {
    await bench.put("plans", "shop");
    listen();
    await bench.watch();
    expect(wakes).toEqual([["ns/shop", { initial: true, news: true }]]);
  });

  it.each([
    ["deployments", "web"],
    ["autoscalers", "web"],
    ["pods", "web-1"],
  ] as const)("of %s wakes the plan of its label, and no other", async (resource, name) => {
    await three();
    expect(await wokenBy(resource, name, { metadata: { labels: slotLabels("shop", "blue") } })).toEqual([
      "ns/shop",
    ]);
    expect(wakes[0]?.[1]).toEqual({ initial: false, news: false });
    expect(await wokenBy(resource, name, { metadata: { labels: {} } })).toEqual(["ns/shop"]);
    expect(await wokenBy(resource, name, { metadata: { labels: {} } })).toEqual([]);
  });

  it("of a release or a Verification wakes its plan, also one that does not exist", async () => {
    await three();
    expect(await wokenBy("releases", "r1", { spec: { planRef: { name: "shop" } } })).toEqual(["ns/shop"]);
    expect(await wokenBy("releases", "r2", { spec: { planRef: { name: "nobody" } } })).toEqual(["ns/nobody"]);
    expect(await wokenBy("verifications", "v", { spec: { target: { plan: "cart" } } })).toEqual(["ns/cart"]);
    expect(await wokenBy("verifications", "w", { spec: { target: { url: "http://x" } } })).toEqual([]);
  });

  it("of a status is no news, one of a spec and a deletion are", async () => {
    await three();
    const spec = { planRef: { name: "shop" } };
    await wokenBy("releases", "r1", { metadata: { generation: 1 }, spec });
    expect(wakes[0]?.[1]).toEqual({ initial: false, news: true });
    await wokenBy("releases", "r1", { metadata: { generation: 1 }, spec, status: { phase: "Preparing" } });
    expect(wakes[0]?.[1]).toEqual({ initial: false, news: false });
    await wokenBy("releases", "r1", { metadata: { generation: 2 }, spec });
    expect(wakes[0]?.[1].news).toBe(true);
    const deletionTimestamp = "2030-01-01T00:00:00Z";
    await wokenBy("releases", "r1", { metadata: { generation: 2, deletionTimestamp }, spec });
    expect(wakes[0]?.[1].news).toBe(true);
    wakes = [];
    await bench.remove("releases", "r1");
    expect(wakes).toEqual([["ns/shop", { initial: false, news: true }]]);
  });

  it("of ready endpoints wakes the Service's plan at once; one of anything else about them waits for a back-off", async () => {
    await three();
    const labels = { "kubernetes.io/service-name": "shop-blue" };
    const endpoint = (ready: boolean) => ({ addresses: ["10.0.0.1"], conditions: { ready } });
    await wokenBy("endpoints", "s", { metadata: { labels }, endpoints: [endpoint(true)] });
    expect(wakes).toEqual([["ns/shop", { initial: false, news: true }]]);
    await wokenBy("endpoints", "s", {
      metadata: { labels, annotations: { at: "1" } },
      endpoints: [endpoint(true)],
    });
    expect(wakes).toEqual([["ns/shop", { initial: false, news: false }]]);
    await wokenBy("endpoints", "s", { metadata: { labels }, endpoints: [endpoint(false)] });
    expect(wakes).toEqual([["ns/shop", { initial: false, news: true }]]);
  });

  it.each([
    ["shop", "ns/shop"],
    ["shop-blue", "ns/shop"],
    ["shop-green", "ns/shop"],
    ["shop-preview", "ns/shop"],
    ["legacy", "ns/cart"],
  ])("of the endpoints of %s wakes %s", async (service, plan) => {
    await three();
    const labels = { "kubernetes.io/service-name": service };
    expect(await wokenBy("endpoints", "s", { metadata: { labels } })).toEqual([plan]);
  });

  it("of a Service that no plan knows wakes none", async () => {
    await three();
    expect(await wokenBy("services", "shop-red")).toEqual([]);
    expect(await wokenBy("endpoints", "s", { metadata: { labels: {} } })).toEqual([]);
  });

  it("of a Service wakes the plan whose route sends to it, before it is adopted", async () => {
    await three();
    const rules = [{ backendRefs: [{ name: "future", port: 80 }] }];
    expect(await wokenBy("routes", "edge", { spec: { rules } })).toEqual(["ns/cart"]);
    expect(await wokenBy("services", "future")).toEqual(["ns/cart"]);
    const labels = { "kubernetes.io/service-name": "future" };
    expect(await wokenBy("endpoints", "s", { metadata: { labels } })).toEqual(["ns/cart"]);
  });

  it("of a route wakes the plan that made or adopted it", async () => {
    await three();
    expect(await wokenBy("routes", "shop")).toEqual(["ns/shop"]);
    expect(await wokenBy("routes", "edge")).toEqual(["ns/cart"]);
    expect(await wokenBy("routes", "cart")).toEqual([]);
  });

  it("of a template wakes those that refer to it; a cluster one also those whose namespace lacks it", async () => {
    await three();
    expect(await wokenBy("templates", "http")).toEqual(["ns/shop"]);
    expect(await wokenBy("clusterTemplates", "http")).toEqual(["ns/cart", "ns/shop"]);
    expect(await wokenBy("templates", "tcp")).toEqual([]);
  });

  it("of a namespace wakes its plans when it ends, and not before", async () => {
    await three();
    expect(await wokenBy("namespaces", "ns")).toEqual([]);
    const deletionTimestamp = "2030-01-01T00:00:00Z";
    expect(await wokenBy("namespaces", "ns", { metadata: { deletionTimestamp } })).toEqual([
      "ns/cart",
      "ns/idle",
      "ns/shop",
    ]);
    expect(await wokenBy("namespaces", "other", { metadata: { deletionTimestamp } })).toEqual([]);
  });

  it.each([
    ["services", { app: "web" }, { app: "api" }],
    ["budgets", { matchLabels: { app: "web" } }, {}],
  ] as const)(
    "of a foreign selector in %s wakes the plans whose releases wait, and only those",
    async (resource, selector, other) => {
      await three();
      await bench.put("releases", "r1", {
        spec: { planRef: { name: "shop" } },
        status: { phase: "Pending" },
      });
      await bench.put("releases", "r2", {
        spec: { planRef: { name: "cart" } },
        status: { phase: "Completed" },
      });
      expect(await wokenBy(resource, "foreign", { spec: { selector } })).toEqual(["ns/shop"]);
      expect(
        await wokenBy(resource, "foreign", { spec: { selector }, metadata: { annotations: { a: "1" } } }),
      ).toEqual([]);
      expect(await wokenBy(resource, "foreign", { spec: { selector: other } })).toEqual(["ns/shop"]);
      wakes = [];
      await bench.remove(resource, "foreign");
      expect(keys()).toEqual(["ns/shop"]);
    },
  );

  it("of a selector that names a plan concerns that plan alone", async () => {
    await three();
    await bench.put("releases", "r1", { spec: { planRef: { name: "cart" } } });
    const selector = slotLabels("shop", "blue");
    const labels = { "bascule.dev/plan": "shop" };
    expect(await wokenBy("services", "shop-blue", { metadata: { labels }, spec: { selector } })).toEqual([
      "ns/shop",
    ]);
    expect(await wokenBy("budgets", "shop-blue", { spec: { selector: { matchLabels: selector } } })).toEqual([
      "ns/shop",
    ]);
  });
});
