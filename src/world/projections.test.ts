import { describe, expect, it } from "vitest";
import { readWorkload } from "../core/plan/read-workload.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import {
  autoscalerOf,
  budgetOf,
  countReady,
  deploymentOf,
  endpointsOf,
  namespaceOf,
  podOf,
  serviceOf,
  verificationOf,
} from "./projections.ts";

const object = (kind: string, rest: object = {}, metadata: object = {}): KubeObject =>
  ({
    apiVersion: "v1",
    kind,
    metadata: {
      name: "x",
      namespace: "ns",
      uid: "u",
      resourceVersion: "5",
      labels: { app: "shop" },
      annotations: { note: "long" },
      ownerReferences: [{ apiVersion: "v1", kind: "Owner", name: "o", uid: "o" }],
      ...metadata,
    },
    ...rest,
  }) as KubeObject;

const slice = (endpoints: unknown, name = "shop-blue-abc"): KubeObject =>
  endpointsOf(
    object("EndpointSlice", { endpoints }, { name, labels: { "kubernetes.io/service-name": "shop-blue" } }),
  );
const endpoint = (uid: string | undefined, ready?: boolean, address = "10.0.0.1") => ({
  addresses: [address],
  conditions: { ...(ready === undefined ? {} : { ready }), serving: true },
  ...(uid === undefined ? {} : { targetRef: { kind: "Pod", name: uid, uid } }),
});

describe("what is kept of", () => {
  it("a Verification that has ended is what it came to; of one that runs, all", () => {
    const result = { name: "health", verdict: "passed", message: "fine", finishedAt: "t" };
    const spec = { releaseRef: { name: "r1" }, target: { service: "s", plan: "shop" }, end: true };
    const asked = { ...spec, checks: [{ name: "health" }], answers: [{ check: "health" }] };
    const results = [{ ...result, memory: { looks: 2 }, evidence: "HTTP 200" }];
    const running = object("Verification", { spec: asked, status: { phase: "Running", results } });
    expect(verificationOf(running)).toBe(running);
    const ended = object("Verification", {
      spec: asked,
      status: { phase: "Passed", startedAt: "s", finishedAt: "t", results, conditions: [{ type: "Ready" }] },
    });
    expect(verificationOf(ended)).toEqual({
      ...ended,
      spec,
      status: { phase: "Passed", startedAt: "s", finishedAt: "t", results: [result] },
    });
  });

  it("a pod is why it is not ready, and nothing of its spec", () => {
    const kept = podOf(
      object("Pod", {
        spec: { containers: [{ name: "main", env: [{ name: "PASSWORD", value: "x" }] }] },
        status: {
          podIP: "10.0.0.1",
          conditions: [
            { type: "Ready", status: "False" },
            { type: "PodScheduled", status: "False", reason: "Unschedulable" },
          ],
          containerStatuses: [
            { name: "main", image: "i", state: { waiting: { reason: "CrashLoopBackOff" } } },
            { name: "side", state: { running: { startedAt: "t" } } },
          ],
        },
      }),
    );
    expect(kept).toMatchObject({
      metadata: { name: "x", labels: { app: "shop" } },
      status: {
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
        containerStatuses: [
          { name: "main", state: { waiting: { reason: "CrashLoopBackOff" } } },
          { name: "side", state: {} },
        ],
      },
    });
    expect(JSON.stringify(kept)).not.toMatch(/PASSWORD|ownerReferences|annotations|podIP/);
  });

  it("a young pod without a status can be read", () => {
    expect(podOf(object("Pod"))).toMatchObject({ status: { conditions: [] } });
  });

  it("a Service is selector, ports, address, and the annotations that fence it", () => {
    const spec = {
      selector: { app: "shop" },
      ports: [{ port: 80 }],
      clusterIP: "10.1.1.1",
      type: "ClusterIP",
    };
    const kept = serviceOf(object("Service", { spec: { ...spec, ipFamilies: ["IPv4"] }, status: {} }));
    expect(kept).toMatchObject({ metadata: { annotations: { note: "long" }, resourceVersion: "5" }, spec });
    expect(kept).not.toHaveProperty("status");
    expect((kept as { spec?: object }).spec).not.toHaveProperty("ipFamilies");
  });

  it("a budget is its selector, a namespace whether it ends", () => {
    const selector = { matchLabels: { app: "shop" } };
    expect(budgetOf(object("PodDisruptionBudget", { spec: { selector, minAvailable: 1 } }))).toMatchObject({
      spec: { selector },
    });
    const ending = namespaceOf(
      object(
        "Namespace",
        { status: { phase: "Terminating" } },
        { deletionTimestamp: "2030-01-01T00:00:00Z" },
      ),
    );
    expect(ending).toMatchObject({
      metadata: { deletionTimestamp: "2030-01-01T00:00:00Z" },
      status: { phase: "Terminating" },
    });
    expect(ending.metadata).not.toHaveProperty("labels");
  });

  it("a Deployment gives the same reading as the whole object", () => {
    const whole = object(
      "Deployment",
      {
        spec: {
          replicas: 3,
          selector: {},
          template: { metadata: { labels: { "bascule.dev/release": "r" } }, spec: { containers: [{}] } },
        },
        status: {
          observedGeneration: 2,
          replicas: 3,
          updatedReplicas: 3,
          readyReplicas: 2,
          availableReplicas: 2,
          conditions: [
            { type: "Progressing", status: "True" },
            { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "quota" },
          ],
        },
      },
      { generation: 2 },
    );
    const kept = deploymentOf(whole);
    expect(readWorkload(kept as never, [], [])).toEqual(readWorkload(whole as never, [], []));
    expect(JSON.stringify(kept)).not.toMatch(/containers|Progressing|annotations/);
    const serving = object("Deployment", {
      spec: {
        template: {
          spec: { containers: [{ image: "secret", ports: [{ name: "http", containerPort: 8080 }] }, {}] },
        },
      },
    });
    const reading = readWorkload(deploymentOf(serving) as never, [], []);
    expect(reading.portNames).toEqual({ http: 8080 });
    expect(reading).toEqual(readWorkload(serving as never, [], []));
    expect(JSON.stringify(deploymentOf(serving))).not.toContain("secret");
    const young = object("Deployment");
    expect(readWorkload(deploymentOf(young) as never, [], [])).toEqual(readWorkload(young as never, [], []));
  });

  it("an autoscaler is its bounds and its target", () => {
    const spec = { minReplicas: 2, maxReplicas: 5, scaleTargetRef: { kind: "Deployment", name: "web" } };
    const kept = autoscalerOf(object("HorizontalPodAutoscaler", { spec: { ...spec, metrics: [{}] } }));
    expect((kept as unknown as { spec: object }).spec).toEqual(spec);
    expect(kept.metadata).not.toHaveProperty("annotations");
  });

  it("an autoscaler keeps of its annotations what is noted about its floor", () => {
    const noted = { "bascule.dev/floor": "4/1/u/2", "bascule.dev/declared-floor": "1" };
    const annotations = { ...noted, "pulumi.com/patchForce": "true" };
    const kept = autoscalerOf(object("HorizontalPodAutoscaler", { spec: {} }, { annotations }));
    expect(kept.metadata.annotations).toEqual(noted);
  });
});

describe("ready endpoints", () => {
  it("are those that are ready or about which nothing is known", () => {
    expect(countReady([slice([endpoint("a", true), endpoint("b", false), endpoint("c")])])).toBe(2);
  });

  it("of a slice without any are none, also when the list is null", () => {
    expect(countReady([slice(undefined), slice(null), slice([])])).toBe(0);
  });

  it("count once for a pod that stands in the slice of each address family", () => {
    const v4 = slice([endpoint("a", true), endpoint("b", true)], "four");
    const v6 = slice([endpoint("a", true, "fd00::1"), endpoint("b", true, "fd00::2")], "six");
    expect(countReady([v4, v6])).toBe(2);
  });

  it("that are no pods count by their address", () => {
    const outside = [endpoint(undefined, true, "192.0.2.1"), endpoint(undefined, true, "192.0.2.2")];
    expect(countReady([slice(outside)])).toBe(2);
  });

  it("are found by their Service", () => {
    expect(slice([]).metadata.labels).toEqual({ service: "shop-blue" });
  });
});
