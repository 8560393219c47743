import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MARK } from "../../api/object.ts";
import {
  type AutoscalerObject,
  type DeploymentObject,
  type PodObject,
  readWorkload,
} from "./read-workload.ts";

const deployment = (
  status: DeploymentObject["status"] = {},
  { replicas = 3, generation = 7, release = "shop-2" } = {},
): DeploymentObject => ({
  metadata: { name: "web", generation },
  spec: { replicas, template: { metadata: { labels: { [MARK.release]: release } } } },
  status,
});
const whole = {
  observedGeneration: 7,
  replicas: 3,
  updatedReplicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
};
const pod = (status: PodObject["status"], release = "shop-2"): PodObject => ({
  metadata: { name: "web-1", labels: { [MARK.release]: release } },
  ...(status === undefined ? {} : { status }),
});
const waiting = (reason: string, message?: string) => ({
  name: "main",
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
});

describe("a workload", () => {
  it("is current when its controller has seen the spec and all pods are of it and available", () => {
    expect(readWorkload(deployment(whole), [], [])).toEqual({
      kind: "Deployment",
      name: "web",
      release: "shop-2",
      desired: 3,
      ready: 3,
      current: true,
    });
  });

  it.each([
    ["its controller has not seen the spec", { observedGeneration: 6 }],
    ["a pod is of the old template", { updatedReplicas: 2 }],
    ["a pod is not available", { availableReplicas: 2 }],
    ["pods of the old template are still there", { replicas: 4 }],
  ])("is not current while %s", (_what, change) => {
    expect(readWorkload(deployment({ ...whole, ...change }), [], []).current).toBe(false);
  });

  it("of a young object has nothing ready and wants one replica", () => {
    const young = readWorkload({ metadata: { name: "web" } }, [], []);
    expect(young).toMatchObject({ desired: 1, ready: 0, current: false });
    expect(young).not.toHaveProperty("release");
  });

  it("is never current with fewer ready pods of the template than it wants", () => {
    const count = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(count, count, count, count, count, (replicas, n, updated, ready, available) => {
        const status = {
          observedGeneration: 7,
          replicas: n,
          updatedReplicas: updated,
          readyReplicas: ready,
          availableReplicas: available,
        };
        const read = readWorkload(deployment(status, { replicas }), [], []);
        if (read.current) expect(Math.min(updated, available)).toBeGreaterThanOrEqual(replicas);
        expect(read.ready).toBe(ready);
      }),
    );
  });

  it("shows the autoscaler that points to it and no other", () => {
    const scaler = (name: string, target: string, kind = "Deployment"): AutoscalerObject => ({
      metadata: { name },
      spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { kind, name: target } },
    });
    const others = [scaler("api", "api"), scaler("set", "web", "StatefulSet")];
    expect(readWorkload(deployment(whole), others, [])).not.toHaveProperty("autoscaler");
    expect(readWorkload(deployment(whole), [...others, scaler("mine", "web")], []).autoscaler).toEqual({
      name: "mine",
      minReplicas: 2,
      maxReplicas: 9,
    });
  });

  it("shows what its autoscaler's program declares, and what a release has borrowed", () => {
    const read = (annotations: Readonly<Record<string, string>>) =>
      readWorkload(
        deployment(whole),
        [
          {
            metadata: { name: "mine", resourceVersion: "7", annotations },
            spec: { minReplicas: 4, maxReplicas: 9, scaleTargetRef: { kind: "Deployment", name: "web" } },
          },
        ],
        [],
      ).autoscaler;
    expect(read({ "bascule.dev/declared-floor": "2", "bascule.dev/floor": "4/2/uid/3" })).toEqual({
      name: "mine",
      minReplicas: 4,
      maxReplicas: 9,
      declared: 2,
      raised: { to: 4, former: 2, run: "uid/3" },
      resourceVersion: "7",
    });
    const garbled = read({ "bascule.dev/declared-floor": "two", "bascule.dev/floor": "?" });
    expect(garbled).not.toHaveProperty("declared");
    expect(garbled).not.toHaveProperty("raised");
  });

  it("without a lower bound in its autoscaler has Kubernetes' default of one", () => {
    const scaler = {
      metadata: { name: "mine" },
      spec: { maxReplicas: 4, scaleTargetRef: { kind: "Deployment", name: "web" } },
    };
    expect(readWorkload(deployment(whole), [scaler], []).autoscaler?.minReplicas).toBe(1);
  });
});

describe("the problem of a workload", () => {
  it.each(["CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError"])(
    "is named when a container waits because of %s",
    (reason) => {
      const { problem } = readWorkload(
        deployment(),
        [],
        [pod({ containerStatuses: [waiting(reason, "why")] })],
      );
      expect(problem).toEqual({ reason, message: "container main of web-1 why" });
    },
  );

  it("is seen in init containers too", () => {
    const stuck = pod({ initContainerStatuses: [waiting("CrashLoopBackOff")] });
    expect(readWorkload(deployment(), [], [stuck]).problem?.reason).toBe("CrashLoopBackOff");
  });

  it("is none while a container is only being created", () => {
    const young = pod({ containerStatuses: [waiting("ContainerCreating"), waiting("PodInitializing")] });
    expect(readWorkload(deployment(), [], [young])).not.toHaveProperty("problem");
  });

  it("is not that of a pod of another release", () => {
    const old = pod({ containerStatuses: [waiting("CrashLoopBackOff")] }, "shop-1");
    expect(readWorkload(deployment(), [], [old])).not.toHaveProperty("problem");
  });

  it("is Unschedulable with the scheduler's own words", () => {
    const conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" },
    ];
    expect(readWorkload(deployment(), [], [pod({ conditions })]).problem).toEqual({
      reason: "Unschedulable",
      message: "web-1: 0/3 nodes",
    });
  });

  it("is the quota's when replicas can't be made, before that of any pod, and short", () => {
    const conditions = [
      { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "x".repeat(5_000) },
    ];
    const stuck = pod({ containerStatuses: [waiting("CrashLoopBackOff")] });
    const { problem } = readWorkload(deployment({ conditions }), [], [stuck]);
    expect(problem?.reason).toBe("FailedCreate");
    expect(problem?.message.length).toBe(300);
  });

  it("of replicas is over when the condition is False", () => {
    const conditions = [{ type: "ReplicaFailure", status: "False", reason: "FailedCreate" }];
    expect(readWorkload(deployment({ conditions }), [], [])).not.toHaveProperty("problem");
  });
});
