import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reply, type SeenRequest, status } from "../../test/support/rude-server.ts";
import { WorldBench } from "../../test/support/world-bench.ts";
import type { Happening } from "../kube/event-series.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import { KubeWrites } from "./writes.ts";

const API = "/apis/bascule.dev/v1alpha1/namespaces/ns";
const KEY = "ns/shop";

const DELETED = { deletionTimestamp: "2030-01-01T00:00:00Z" };

describe("a write", () => {
  let bench: WorldBench;
  let writes: KubeWrites;
  let published: Happening[];
  beforeEach(async () => {
    bench = await WorldBench.start();
    published = [];
    const events = { publish: (h: Happening) => void published.push(h) };
    writes = new KubeWrites(bench.client, bench.world, events as never);
  });
  afterEach(() => bench.stop());

  /** The next requests of a method are answered so. */
  const answer = (method: string, code: number, body: unknown) =>
    bench.server.use((request, response) =>
      request.method === method ? reply(response, code, body as object) : undefined,
    );
  const sent = (): {
    method: string;
    path: string;
    type: string | undefined;
    query: string;
    body: unknown;
  } => {
    const { method, path, headers, query, body } = bench.server.requests.at(-1) as SeenRequest;
    const type = headers["content-type"];
    return { method, path, type, query: String(query), body: body === "" ? undefined : JSON.parse(body) };
  };
  const READ = { namespace: "ns", name: "shop", uid: "u1", resourceVersion: "7" };

  it.each([
    ["planStatus", "releaseplans"],
    ["releaseStatus", "releases"],
  ] as const)("of %s replaces the whole status of the version that was read", async (write, plural) => {
    answer("PATCH", 200, { apiVersion: "v1", kind: "X", metadata: { name: "shop", namespace: "ns" } });
    expect(await writes[write](READ, { phase: "Preparing" })).toEqual({ ok: true, value: undefined });
    expect(sent()).toEqual({
      method: "PATCH",
      path: `${API}/${plural}/shop/status`,
      type: "application/json-patch+json",
      query: "fieldManager=bascule-test",
      body: [
        { op: "replace", path: "/metadata/resourceVersion", value: "7" },
        { op: "add", path: "/status", value: { phase: "Preparing" } },
      ],
    });
  });

  it.each([
    [409, "Conflict", "conflict"],
    [404, "NotFound", "gone"],
    [410, "Gone", "gone"],
    [403, "Forbidden", "forbidden"],
    [401, "Unauthorized", "forbidden"],
    [422, "Invalid", "invalid"],
    [413, "RequestEntityTooLarge", "invalid"],
  ])("answered with %d %s is %s, in the server's words", async (code, reason, kind) => {
    answer("PATCH", code, status(code, reason, "because of that"));
    const written = await writes.planStatus(READ, {});
    expect(written).toMatchObject({ ok: false, error: { kind } });
    expect(written.ok ? "" : written.error.message).toContain("because of that");
  });

  it("of a status is shown at once, before the watch brings it", async () => {
    const made = await bench.put("plans", "shop");
    await bench.watch();
    const resourceVersion = String(Number(made.metadata.resourceVersion) + 1);
    const written = {
      ...made,
      metadata: { ...made.metadata, resourceVersion },
      status: { liveSlot: "blue" },
    };
    answer("PATCH", 200, written);
    await writes.planStatus({ ...READ, resourceVersion: made.metadata.resourceVersion ?? "" }, {});
    expect(bench.world.plan(KEY)).toMatchObject({ status: { liveSlot: "blue" } });
  });

  it("of replicas is applied by a manager of its own, with that one field, and takes it over", async () => {
    answer("PATCH", 200, {});
    await writes.scale(KEY, "blue", [{ kind: "Deployment", name: "web", replicas: 4 }]);
    const { query, ...request } = sent();
    expect(request).toEqual({
      method: "PATCH",
      path: "/apis/apps/v1/namespaces/ns/deployments/web",
      type: "application/apply-patch+yaml",
      body: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "ns" },
        spec: { replicas: 4 },
      },
    });
    expect(new URLSearchParams(query).get("fieldManager")).toBe("bascule-scale");
    expect(new URLSearchParams(query).get("force")).toBe("true");
  });

  it("of replicas to what has been written since it was read is a conflict", async () => {
    answer("PATCH", 409, status(409, "Conflict", "the object has been modified"));
    const target = { kind: "Deployment", name: "web", replicas: 0, resourceVersion: "7" };
    const written = await writes.scale(KEY, "blue", [target]);
    expect(written).toMatchObject({ ok: false, error: { kind: "conflict" } });
    expect(sent().body).toMatchObject({ metadata: { name: "web", resourceVersion: "7" } });
  });

  it("of a floor changes the autoscaler's lower bound and no replicas", async () => {
    answer("PATCH", 200, {});
    await writes.scale(KEY, "blue", [
      {
        kind: "Deployment",
        name: "web",
        autoscaler: { name: "web-hpa", minReplicas: 3, raised: "3/1/u1/2", resourceVersion: "7" },
      },
    ]);
    expect(bench.server.requests.length).toBe(1);
    expect(sent()).toMatchObject({
      path: "/apis/autoscaling/v2/namespaces/ns/horizontalpodautoscalers/web-hpa",
      type: "application/merge-patch+json",
      query: "fieldManager=bascule-scale",
      body: {
        metadata: { resourceVersion: "7", annotations: { "bascule.dev/floor": "3/1/u1/2" } },
        spec: { minReplicas: 3 },
      },
    });
  });

  it("of a floor that goes back takes the mark away, and leaves a value that somebody else wrote", async () => {
    answer("PATCH", 200, {});
    const target = { kind: "Deployment", name: "web" };
    await writes.scale(KEY, "blue", [{ ...target, autoscaler: { name: "web-hpa", minReplicas: 1 } }]);
    expect(sent().body).toEqual({
      metadata: { annotations: { "bascule.dev/floor": null } },
      spec: { minReplicas: 1 },
    });
    await writes.scale(KEY, "blue", [{ ...target, autoscaler: { name: "web-hpa" } }]);
    expect(sent().body).toEqual({ metadata: { annotations: { "bascule.dev/floor": null } } });
  });

  it("of a floor that somebody else has written meanwhile is a conflict", async () => {
    answer("PATCH", 409, status(409, "Conflict", "the object has been modified"));
    const autoscaler = { name: "web-hpa", minReplicas: 3, raised: "3/1/u1/2", resourceVersion: "7" };
    const written = await writes.scale(KEY, "blue", [{ kind: "Deployment", name: "web", autoscaler }]);
    expect(written).toMatchObject({ ok: false, error: { kind: "conflict" } });
  });

  it("of several workloads sends all and tells the failure of one", async () => {
    bench.server.use((request, response) =>
      reply(response, request.path.endsWith("/api") ? 403 : 200, status(403, "Forbidden", "no")),
    );
    const one = (name: string) => ({ kind: "Deployment", name, replicas: 1 });
    const written = await writes.scale(KEY, "blue", [one("api"), one("web")]);
    expect(written).toMatchObject({ ok: false, error: { kind: "forbidden" } });
    expect(bench.server.count("/deployments/")).toBe(2);
  });

  describe("that creates a Verification", () => {
    const VERIFICATION = {
      name: "v1",
      release: "r1",
      spec: { target: { plan: "shop" }, checks: [] } as never,
    };
    let owner: KubeObject;
    beforeEach(async () => {
      owner = await bench.put("releases", "r1", { spec: { planRef: { name: "shop" } } });
      await bench.watch();
    });

    it("makes it the release's own, labelled, and a second time does nothing", async () => {
      expect(await writes.createVerification(KEY, VERIFICATION)).toMatchObject({ ok: true });
      const made = bench.collections.verifications.objects.get("v1");
      expect(made).toMatchObject({
        kind: "Verification",
        metadata: {
          labels: { "bascule.dev/plan": "shop", "bascule.dev/release": "r1" },
          ownerReferences: [{ kind: "Release", name: "r1", uid: owner.metadata.uid, controller: true }],
        },
        spec: { target: { plan: "shop" } },
      });
      expect(await writes.createVerification(KEY, VERIFICATION)).toMatchObject({ ok: true });
      expect(bench.collections.verifications.objects.get("v1")).toEqual(made);
    });

    it("does not take one that somebody else made under that name for the release's", async () => {
      await bench.put("verifications", "v1", { spec: { checks: [] } });
      const written = await writes.createVerification(KEY, VERIFICATION);
      expect(written).toMatchObject({ ok: false, error: { kind: "conflict" } });
      expect(written.ok ? "" : written.error.message).toMatch(
        /"v1" exists and is not of this release; delete it/,
      );
    });
  });

  it("that creates a release carries plan and package, twice is once, and another plan's is told", async () => {
    const release = { name: "shop-1", package: { version: "1.0.0" } as never };
    expect(await writes.createRelease(KEY, release)).toMatchObject({ ok: true });
    expect(bench.collections.releases.objects.get("shop-1")).toMatchObject({
      metadata: { labels: { "bascule.dev/plan": "shop", "app.kubernetes.io/managed-by": "bascule" } },
      spec: { planRef: { name: "shop" }, package: { version: "1.0.0" } },
    });
    expect(await writes.createRelease(KEY, release)).toMatchObject({ ok: true });
    expect(bench.collections.releases.objects.size).toBe(1);
    const taken = await writes.createRelease("ns/cart", release);
    expect(taken).toMatchObject({ ok: false, error: { kind: "conflict" } });
  });

  it("that ends a Verification sets one field; one that is gone has ended", async () => {
    const undo = answer("PATCH", 200, {});
    expect(await writes.endVerification("ns", "v1")).toMatchObject({ ok: true });
    expect(sent()).toMatchObject({
      path: `${API}/verifications/v1`,
      type: "application/merge-patch+json",
      body: { spec: { end: true } },
    });
    undo();
    answer("PATCH", 404, status(404, "NotFound", "gone"));
    expect(await writes.endVerification("ns", "v1")).toMatchObject({ ok: true });
  });

  it("that deletes a release means the very object that was decided about", async () => {
    const made = await bench.put("releases", "r1");
    await bench.watch();
    const undo = answer("DELETE", 200, {});
    expect(await writes.deleteRelease("ns", "r1")).toMatchObject({ ok: true });
    expect(sent()).toMatchObject({
      path: `${API}/releases/r1`,
      body: { preconditions: { uid: made.metadata.uid } },
    });
    undo();
    answer("DELETE", 409, status(409, "Conflict", "the UID in the precondition does not match"));
    expect(await writes.deleteRelease("ns", "r1")).toMatchObject({ ok: false, error: { kind: "conflict" } });
    const before = bench.server.requests.length;
    expect(await writes.deleteRelease("ns", "not-there")).toMatchObject({ ok: true });
    expect(bench.server.requests.length).toBe(before);
  });

  describe("of a finalizer", () => {
    const PLAN = { kind: "plan", namespace: "ns", name: "shop" } as const;

    it("is added to those of others, on the version that was read", async () => {
      const made = await bench.put("plans", "shop", { metadata: { finalizers: ["other/one"] } });
      answer("PATCH", 200, made);
      await writes.setFinalizer(PLAN, "bascule.dev/plan", true);
      expect(sent()).toMatchObject({
        path: `${API}/releaseplans/shop`,
        type: "application/merge-patch+json",
        body: {
          metadata: {
            finalizers: ["other/one", "bascule.dev/plan"],
            resourceVersion: made.metadata.resourceVersion,
          },
        },
      });
    });

    it("takes away its own and no other", async () => {
      const made = await bench.put("plans", "shop", {
        metadata: { finalizers: ["bascule.dev/plan", "other/one"], ...DELETED },
      });
      answer("PATCH", 200, made);
      await writes.setFinalizer(PLAN, "bascule.dev/plan", false);
      expect(sent().body).toMatchObject({ metadata: { finalizers: ["other/one"] } });
    });

    it("is not put on what is being deleted, nor taken off what has been made anew", async () => {
      await bench.put("plans", "shop", { metadata: { finalizers: ["other/one"], ...DELETED } });
      expect(await writes.setFinalizer(PLAN, "bascule.dev/plan", true)).toMatchObject({ ok: true });
      await bench.put("plans", "shop", { metadata: { finalizers: ["bascule.dev/plan"] } });
      expect(await writes.setFinalizer(PLAN, "bascule.dev/plan", false)).toMatchObject({ ok: true });
      expect(bench.server.requests.some((r) => r.method === "PATCH")).toBe(false);
    });

    it("that is as it should be is not written", async () => {
      await bench.put("plans", "shop", { metadata: { finalizers: ["bascule.dev/plan"] } });
      expect(await writes.setFinalizer(PLAN, "bascule.dev/plan", true)).toMatchObject({ ok: true });
      expect(bench.server.requests.some((r) => r.method === "PATCH")).toBe(false);
    });

    it("in a race with somebody else's is a conflict and loses theirs not", async () => {
      await bench.put("plans", "shop", { metadata: { finalizers: [] } });
      answer("PATCH", 409, status(409, "Conflict", "the object has been modified"));
      const written = await writes.setFinalizer(PLAN, "bascule.dev/plan", true);
      expect(written).toMatchObject({ ok: false, error: { kind: "conflict" } });
    });

    it("of an object that is gone, before or meanwhile, is done", async () => {
      expect(await writes.setFinalizer(PLAN, "bascule.dev/plan", false)).toMatchObject({ ok: true });
      await bench.put("plans", "shop", { metadata: { finalizers: ["bascule.dev/plan"], ...DELETED } });
      answer("PATCH", 404, status(404, "NotFound", "not found"));
      expect(await writes.setFinalizer(PLAN, "bascule.dev/plan", false)).toMatchObject({ ok: true });
    });
  });

  it("of an event regards the object by uid, and is none for an object that is gone", async () => {
    const made = await bench.put("releases", "r1");
    await bench.watch();
    const fact = { type: "Warning", reason: "Failed", message: "why" } as const;
    writes.publish("ns", { about: { kind: "Release", name: "r1" }, ...fact });
    writes.publish("ns", { about: { kind: "Release", name: "gone" }, ...fact });
    expect(published).toMatchObject([
      { regarding: { kind: "Release", name: "r1", uid: made.metadata.uid }, reason: "Failed", note: "why" },
    ]);
    expect(published.length).toBe(1);
  });
});
