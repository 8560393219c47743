import { describe, expect, it } from "vitest";
import type { PodShape } from "../core/plan/stack.ts";
import { needOf, warningsFor } from "./quota.ts";

const pod = (name: string, more: Partial<PodShape> = {}): PodShape => ({
  kind: "Deployment",
  name,
  labels: {},
  requests: { containers: [{ cpu: "250m", memory: "256Mi" }], before: [] },
  limits: { containers: [{ memory: "512Mi" }], before: [] },
  ...more,
});
const running = (name: string, desired: number) => ({
  kind: "Deployment",
  name,
  desired,
  ready: desired,
  current: true,
});
const GI = 2 ** 30;

describe("what a slot needs", () => {
  it("is the pods of every workload at full size, without those that run in it already", () => {
    const need = needOf([pod("web"), pod("worker")], 4, [running("web", 3)]);
    expect(need).toEqual({
      pods: 5,
      resources: {
        "requests.cpu": 1.25,
        "requests.memory": 1.25 * GI,
        "limits.cpu": 0,
        "limits.memory": 2.5 * GI,
      },
      open: ["limits.cpu"],
    });
  });

  it("counts what runs before the containers where it is more", () => {
    const requests = { containers: [{ cpu: "100m" }, { cpu: "200m" }], before: [{ cpu: "1" }] };
    expect(needOf([pod("web", { requests })], 2, []).resources?.["requests.cpu"]).toBe(2);
    const small = { ...requests, before: [{ cpu: "50m" }] };
    expect(needOf([pod("web", { requests: small })], 2, []).resources?.["requests.cpu"]).toBeCloseTo(0.6);
  });

  it("is a number of pods and no more where the program could not be run", () => {
    expect(needOf(undefined, 4, [running("web", 1)])).toEqual({ pods: 3, open: [] });
  });
});

describe("a quota", () => {
  const need = needOf([pod("web")], 4, []);
  const warn = (hard: Record<string, string>, used: Record<string, string> = {}, spec = {}, given = need) =>
    warningsFor(
      { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "team" }, spec, status: { hard, used } },
      given,
    );

  it("is no matter when two slots fit", () => {
    expect(
      warn(
        { pods: "8", "requests.cpu": "2", "requests.memory": "2Gi" },
        { pods: "4", "requests.cpu": "1", "requests.memory": "1Gi" },
      ),
    ).toEqual([]);
    expect(warn({})).toEqual([]);
    expect(warn({ "count/secrets": "1" }, { "count/secrets": "1" })).toEqual([]);
  });

  it("that leaves too few pods is told with what is left and what is needed", () => {
    expect(warn({ pods: "10" }, { pods: "8" })).toEqual([
      "ResourceQuota team leaves 2 pods and the slot needs 4 more: raise pods, or the candidate can't become ready",
    ]);
  });

  it.each([
    ["cpu", "2", "1500m", "leaves 500m of cpu and the slot needs 1 more for 4 pods"],
    ["requests.cpu", "1", "100m", "leaves 900m of requests.cpu and the slot needs 1 more"],
    ["memory", "2Gi", "1536Mi", "leaves 512Mi of memory and the slot needs 1Gi more"],
    ["limits.memory", "8Gi", "6.5Gi", "leaves 1.5Gi of limits.memory and the slot needs 2Gi more"],
  ])("of %s that has no room for a second slot is told", (member, hard, used, said) => {
    expect(warn({ [member]: hard }, { [member]: used }).join()).toContain(said);
  });

  it("on what a container leaves open says that such pods are refused", () => {
    expect(warn({ "limits.cpu": "100" })).toEqual([
      "ResourceQuota team limits limits.cpu and a container of the slot sets no limits.cpu: such pods are refused unless a LimitRange gives a default",
    ]);
  });

  it("is left to the reader where the pods are not known", () => {
    const text = warn({ cpu: "4" }, { cpu: "1" }, {}, needOf(undefined, 4, [])).join();
    expect(text).toContain("leaves 3 of cpu; what the slot needs is not known here");
  });

  it("with scopes may not count these pods, and says so", () => {
    expect(warn({ pods: "1" }, {}, { scopes: ["BestEffort"] }).join()).toContain(
      "with scopes: it may not count these pods",
    );
  });
});
