import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../test/support/until.ts";
import { slotLabels, WorldBench } from "../../test/support/world-bench.ts";
import { seconds } from "../base/duration.ts";
import { readForeignManager } from "../core/traffic/owners.ts";

const KEY = "ns/shop";

describe("the watched world", () => {
  let bench: WorldBench;
  beforeEach(async () => {
    bench = await WorldBench.start();
  });
  afterEach(() => bench.stop());

  const slice = (service: string, ready: readonly string[]) => ({
    metadata: { labels: { "kubernetes.io/service-name": service } },
    endpoints: ready.map((uid) => ({
      addresses: ["10.0.0.1"],
      conditions: { ready: true },
      targetRef: { uid },
    })),
  });

  it("asks only for Bascule's own Deployments, autoscalers and pods", async () => {
    await bench.watch();
    const selected = bench.server.requests
      .filter((r) => r.query.get("labelSelector") === "app.kubernetes.io/managed-by=bascule")
      .map((r) => r.path.split("/").at(-1));
    expect(new Set(selected)).toEqual(new Set(["deployments", "horizontalpodautoscalers", "pods"]));
  });

  it("knows a plan, its releases and its Verifications, and nobody else's", async () => {
    await bench.put("plans", "shop");
    await bench.put("releases", "one", { spec: { planRef: { name: "shop" } } });
    await bench.put("releases", "other", { spec: { planRef: { name: "cart" } } });
    await bench.put("verifications", "v", { spec: { target: { plan: "shop" } } });
    await bench.put("verifications", "w", { spec: { target: { plan: "cart" } } });
    await bench.watch();
    expect(bench.world.plan(KEY)?.metadata.name).toBe("shop");
    expect(bench.world.plan("other/shop")).toBeUndefined();
    expect(bench.world.releases(KEY).map((r) => r.metadata.name)).toEqual(["one"]);
    expect(bench.world.verifications(KEY).map((v) => v.metadata.name)).toEqual(["v"]);
  });

  it("never shows a status older than the one that was just written, and then follows the watch", async () => {
    const old = await bench.put("releases", "one", { spec: { planRef: { name: "shop" } } });
    await bench.watch();
    const { resourceVersion } = old.metadata;
    const written = { ...old, status: { phase: "Preparing" } };
    bench.world.remember("release", {
      ...written,
      metadata: { ...old.metadata, resourceVersion: String(Number(resourceVersion) + 1) },
    });
    expect(bench.world.releases(KEY)[0]).toMatchObject({ status: { phase: "Preparing" } });
    await bench.put("releases", "one", {
      spec: { planRef: { name: "shop" } },
      status: { phase: "Shifting" },
    });
    expect(bench.world.releases(KEY)[0]).toMatchObject({ status: { phase: "Shifting" } });
    await bench.remove("releases", "one");
    expect(bench.world.releases(KEY)).toEqual([]);
  });

  it("keeps no status of a release that is gone", async () => {
    const old = await bench.put("releases", "one", { spec: { planRef: { name: "shop" } } });
    await bench.watch();
    bench.world.remember("release", { ...old, metadata: { ...old.metadata, resourceVersion: "99" } });
    expect(bench.world.remembered).toBe(1);
    await bench.remove("releases", "one");
    expect(bench.world.remembered).toBe(0);
  });

  it("begins silent watches again, of whatever resource, when a status that was written is not shown", async () => {
    const old = await bench.put("releases", "one", { spec: { planRef: { name: "shop" } } });
    await bench.watch();
    const resourceVersion = String(Number(old.metadata.resourceVersion) + 1);
    const watchesOf = (path: string): number => bench.server.count(`${path}?watch=true`);
    expect([watchesOf("/pods"), watchesOf("/releases")]).toEqual([1, 1]);
    bench.clock.advance(seconds(1));
    bench.world.remember("release", { ...old, metadata: { ...old.metadata, resourceVersion } });
    bench.clock.advance(seconds(5));
    const again = (): boolean => watchesOf("/pods") === 2 && watchesOf("/releases") === 2;
    await until("both are watched again", again);
  });

  it("reads a slot: workloads by name with autoscaler and problem, Service and ready endpoints", async () => {
    const labels = slotLabels("shop", "blue");
    const template = { metadata: { labels } };
    await bench.put("deployments", "web", { metadata: { labels }, spec: { replicas: 2, template } });
    await bench.put("deployments", "api", {
      metadata: { labels, generation: 1 },
      spec: { replicas: 1, template },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
      },
    });
    await bench.put("deployments", "web-green", { metadata: { labels: slotLabels("shop", "green") } });
    await bench.put("autoscalers", "web", {
      metadata: { labels },
      spec: { minReplicas: 2, maxReplicas: 4, scaleTargetRef: { kind: "Deployment", name: "web" } },
    });
    await bench.put("pods", "web-1", {
      metadata: { labels },
      status: { containerStatuses: [{ name: "main", state: { waiting: { reason: "CrashLoopBackOff" } } }] },
    });
    await bench.put("services", "shop-blue", { spec: { selector: labels, ports: [{ port: 80 }] } });
    await bench.put("endpoints", "a", slice("shop-blue", ["u1", "u2"]));
    await bench.put("endpoints", "b", slice("shop-blue", ["u2"]));
    await bench.put("endpoints", "c", slice("shop-green", ["u3"]));
    await bench.watch();
    const slot = bench.world.slot(KEY, "blue");
    expect(slot.workloads.map((w) => w.name)).toEqual(["api", "web"]);
    expect(slot.workloads[0]).toMatchObject({ current: true, release: "r1" });
    expect(slot.workloads[1]).toMatchObject({
      desired: 2,
      autoscaler: { minReplicas: 2, maxReplicas: 4 },
      problem: { reason: "CrashLoopBackOff" },
    });
    expect(slot).toMatchObject({ serviceExists: true, readyEndpoints: 2 });
    expect(bench.world.slot(KEY, "green")).toMatchObject({ serviceExists: false, readyEndpoints: 0 });
  });

  it("gives a Service's address and ports, and no address for a headless one", async () => {
    await bench.put("services", "shop", {
      spec: { clusterIP: "10.1.1.1", ports: [{ name: "http", port: 80 }] },
    });
    await bench.put("services", "head", { spec: { clusterIP: "None" } });
    await bench.watch();
    expect(bench.world.service("ns", "shop")).toMatchObject({
      clusterIP: "10.1.1.1",
      ports: [{ name: "http", port: 80 }],
    });
    expect(bench.world.service("ns", "head")).toEqual({ exists: true, readyEndpoints: 0, ports: [] });
    expect(bench.world.service("ns", "none")).toEqual({ exists: false, readyEndpoints: 0, ports: [] });
  });

  it("names the Services of users' own that have become a plan's entry", async () => {
    const mark = (plan: string) => ({ metadata: { annotations: { "bascule.dev/entry": plan } } });
    await bench.put("services", "storefront", mark("shop"));
    await bench.put("services", "basket", mark("cart"));
    await bench.put("services", "plain");
    await bench.watch();
    expect(bench.world.markedEntries("ns/shop")).toEqual(["storefront"]);
    expect(bench.world.markedEntries("other/shop")).toEqual([]);
  });

  it("names the intruders: whatever of others selects what slots' pods carry", async () => {
    const part = { "app.kubernetes.io/part-of": "shop" };
    const own = {
      metadata: { labels: { "bascule.dev/plan": "shop" } },
      spec: { selector: slotLabels("shop", "blue") },
    };
    await bench.put("services", "shop-blue", own);
    await bench.put("services", "wide", { spec: { selector: part } });
    await bench.put("services", "app", { spec: { selector: { app: "web" } } });
    await bench.put("services", "elsewhere", { spec: { selector: { ...part, app: "other" } } });
    await bench.put("services", "external", { spec: { type: "ExternalName" } });
    await bench.put("services", "empty", { spec: { selector: {} } });
    await bench.put("budgets", "all", { spec: { selector: {} } });
    await bench.put("budgets", "managed", {
      spec: { selector: { matchExpressions: [{ key: "bascule.dev/slot", operator: "Exists" }] } },
    });
    await bench.put("budgets", "none", { spec: { minAvailable: 1 } });
    await bench.put("budgets", "other", { spec: { selector: { matchLabels: { app: "other" } } } });
    await bench.watch();
    const always = ["PodDisruptionBudget all", "PodDisruptionBudget managed"];
    expect(bench.world.intruders(KEY)).toEqual(["Service wide", ...always]);
    await bench.put("pods", "web-1", { metadata: { labels: { ...slotLabels("shop", "blue"), app: "web" } } });
    expect(bench.world.intruders(KEY)).toEqual(["Service app", "Service wide", ...always]);
    expect(bench.world.intruders("ns/cart")).toEqual(always);
  });

  it("takes a Service that became an entry of the plan for no intruder, and one of another plan for one", async () => {
    const spec = { selector: { "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" } };
    await bench.put("services", "old", { metadata: { annotations: { "bascule.dev/entry": "shop" } }, spec });
    await bench.put("services", "theirs", {
      metadata: { annotations: { "bascule.dev/entry": "cart" } },
      spec,
    });
    await bench.watch();
    expect(bench.world.intruders(KEY)).toEqual(["Service theirs"]);
  });

  it("names the plans that have to do with a Service, by name, status or what is asked of them", async () => {
    await bench.put("plans", "shop", { status: { legacyService: "old" } });
    await bench.put("plans", "cart", { status: { adoptedService: "old" } });
    await bench.put("plans", "mail", { spec: { traffic: { finishAdoption: { service: "old" } } } });
    await bench.put("plans", "done", { status: { adoption: { service: "old" } } });
    await bench.put("plans", "other", {});
    await bench.watch();
    expect([...bench.world.plansOf("ns", "old")].sort()).toEqual(["cart", "done", "mail", "shop"]);
    expect(bench.world.plansOf("ns", "other-blue")).toEqual(["other"]);
  });

  it("says that a namespace ends by its phase or by its deletion", async () => {
    await bench.put("namespaces", "ns", { status: { phase: "Active" } });
    await bench.watch();
    expect(bench.world.namespaceTerminating("ns")).toBe(false);
    expect(bench.world.namespaceTerminating("none")).toBe(false);
    await bench.put("namespaces", "ns", { metadata: { deletionTimestamp: "2030-01-01T00:00:00Z" } });
    expect(bench.world.namespaceTerminating("ns")).toBe(true);
    await bench.put("namespaces", "ns", { status: { phase: "Terminating" } });
    expect(bench.world.namespaceTerminating("ns")).toBe(true);
  });

  it("keeps no secret of a pod's spec and no managedFields, except those of a route's rules", async () => {
    const labels = slotLabels("shop", "blue");
    const metadata = { labels, managedFields: [{ manager: "kubectl" }] };
    await bench.put("pods", "web-1", { metadata, spec: { containers: [{ env: [{ value: "hunter2" }] }] } });
    const written = (field: string) => ({ fieldsV1: { "f:spec": { [field]: { "f:x": {} } } } });
    const managedFields = [
      { manager: "kubectl", ...written("f:rules") },
      { manager: "helm", ...written("f:hostnames") },
    ];
    await bench.put("routes", "shop", { metadata: { managedFields } });
    await bench.watch();
    const pods = JSON.stringify(bench.world.reflectors.pods.store.list());
    expect(pods).toContain("web-1");
    expect(pods).not.toMatch(/hunter2|kubectl/);
    const [route] = bench.world.reflectors.routes.store.list();
    expect(readForeignManager(route?.metadata ?? { name: "" })).toBe("kubectl");
    expect(JSON.stringify(route)).not.toMatch(/helm|f:x/);
  });
});
