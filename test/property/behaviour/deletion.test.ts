import { describe, expect, it } from "vitest";
import { MARK } from "../../../src/api/object.ts";
import type { ReleasePlanStatus } from "../../../src/api/release-plan.ts";
import { PLAN } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { at, fate, later, plan, told, world } from "./support.ts";

const route = (end: WorldEnd) => end.cluster.store.get("routes", "shop");
const services = (end: WorldEnd) => end.cluster.store.list("services").map((s) => s.metadata.name);
const occupants = ({ cluster: { slots } }: WorldEnd) => [slots.release("blue"), slots.release("green")];

describe("a plan that is deleted", () => {
  it("at rest leaves the live slot and its route serving, and nothing else", async () => {
    const end = await world({ events: [at(300, "deletePlan")] });
    expect(fate(end)).toBe("Completed Completed");
    expect(end.isPlanGone).toBe(true);
    expect(occupants(end)).toEqual([undefined, "r1"]);
    expect(end.cluster.shares("shop")).toEqual({ "shop-green": 100 });
    expect(route(end)?.metadata.annotations).toEqual({});
    expect(services(end)).toContain("shop-blue");
    expect(end.cluster.entrySlot()).toBe("green");
  });

  it("and of whose releases none is left gives the user's route back as it was", async () => {
    const end = await world(
      {
        strategy: "direct",
        weights: [],
        start: "adopted",
        steps: { afterMs: 3_000, verdict: "failed" },
        events: [at(300, "deletePlan")],
      },
      later(200, ({ store }) => store.remove("releases", "r1")),
    );
    expect(Object.keys(end.releases)).toEqual([]);
    expect(end.shares).toEqual([100, 0]);
    expect(end.isPlanGone).toBe(true);
    expect(end.cluster.shares("shop")).toEqual({ "old-shop": 100 });
    expect(route(end)?.metadata.annotations).toEqual({});
    expect(occupants(end)).toEqual([undefined, undefined]);
  });

  it("in the midst of a canary takes the candidate back first", async () => {
    const end = await world({ hold: "2m", events: [at(60, "deletePlan")] });
    expect(fate(end)).toBe("Cancelled PlanDeleted");
    expect(end.shares).toEqual([5, 0]);
    expect(end.isPlanGone).toBe(true);
    expect(occupants(end)).toEqual(["r0", undefined]);
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 100 });
  });

  it("while it observes completes the release, whose slot then stays", async () => {
    const end = await world({
      observe: { afterMs: 3_000, verdict: "silent" },
      events: [at(70, "deletePlan")],
    });
    expect(fate(end)).toBe("Completed PlanDeleted");
    expect(end.plan.liveSlot).toBe("green");
    expect(occupants(end)).toEqual([undefined, "r1"]);
  });

  it("ends a release that waits, and starts none after that", async () => {
    const end = await world({ events: [at(0, "pause"), at(5, "deletePlan"), at(6, "newer")] });
    expect(fate(end)).toBe("Cancelled PlanDeleted");
    expect(end.shares).toEqual([]);
  });

  it("and never ran anything is gone at once", async () => {
    const end = await world({
      start: "nothing",
      routes: "create",
      events: [at(0, "abort"), at(1, "deletePlan")],
    });
    expect(fate(end)).toBe("Cancelled Aborted");
    expect(end.isPlanGone).toBe(true);
    expect(told(end, "stack destroy")).toBe(false);
  });

  it("before its first release is complete leaves the user's own Service alone in the route", async () => {
    const end = await world({ start: "adopted", hold: "2m", events: [at(60, "deletePlan")] });
    expect(fate(end)).toBe("Cancelled PlanDeleted");
    expect(end.cluster.shares("shop")).toEqual({ "old-shop": 100 });
    expect(services(end)).toEqual(["old-shop"]);
  });

  it("keeps trying when a stack can't be removed, whatever the class of the failure", async () => {
    const stackResults = ["ok", "invalid", "unreachable", "ok"] as const;
    const end = await world({ stackResults, events: [at(300, "deletePlan")] });
    expect(end.isPlanGone).toBe(true);
    expect(told(end, "remove-blue/3 ends: ok")).toBe(true);
  });

  it("with the policy Delete takes the route that it made, then the slots, and leaves nothing", async () => {
    const end = await world({ routes: "create", deletionPolicy: "Delete", events: [at(300, "deletePlan")] });
    expect(route(end)).toBeUndefined();
    expect(services(end)).toEqual([]);
    expect(occupants(end)).toEqual([undefined, undefined]);
  });

  it("with the policy Delete waits until a route of the user's points elsewhere", async () => {
    const events = [at(300, "deletePlan"), at(600, "pointAway")];
    const end = await world({ deletionPolicy: "Delete", events });
    expect(told(end, 'people: {"kind":"pointAway"}')).toBe(true);
    expect(end.isPlanGone).toBe(true);
    expect(end.cluster.shares("shop")).toEqual({ "old-shop": 100 });
    expect(occupants(end)).toEqual([undefined, undefined]);
  });

  it("is taken up by a new one of its name, which knows what serves and releases again", async () => {
    const events = [at(300, "deletePlan"), at(400, "createPlan"), at(450, "newer")];
    const end = await world({ events });
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan.liveSlot).toBe("blue");
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 100, "shop-green": 0 });
    expect(route(end)?.metadata.annotations?.[MARK.run]).toMatch(/\/3$/);
  });

  it("and with the policy Delete removes what its former one left, however soon after that it is deleted", async () => {
    const remake = later(400, (cluster) => {
      cluster.makePlan();
      plan({ deletionPolicy: "Delete" })(cluster);
      const { onChange, store } = cluster;
      let deleted = false;
      cluster.onChange = (kind, before, after) => {
        onChange(kind, before, after);
        const knows = (after?.status as ReleasePlanStatus | undefined)?.liveSlot !== undefined;
        if (kind !== "plans" || !knows || deleted) return;
        deleted = true;
        store.remove("plans", PLAN);
      };
    });
    const end = await world({ routes: "create", events: [at(300, "deletePlan")] }, remake);
    expect(end.isPlanGone).toBe(true);
    expect(route(end)).toBeUndefined();
    expect(services(end)).toEqual([]);
    expect(occupants(end)).toEqual([undefined, undefined]);
  });

  it("without routes is taken up by a new one that asks the entry Service who serves", async () => {
    const events = [at(300, "deletePlan"), at(400, "createPlan"), at(450, "newer")];
    const end = await world({ routes: "none", strategy: "blueGreen", weights: [], events });
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan.liveSlot).toBe("blue");
  });

  it("goes with its namespace also in the moment in which its release starts", async () => {
    for (const atMs of [4, 20, 30, 45]) {
      const end = await world({ watchMs: 3, events: [{ atMs, deed: { kind: "deleteNamespace" } }] });
      expect(end.isPlanGone, `deleted after ${atMs} ms`).toBe(true);
    }
  });

  it("goes with its namespace at once, without any other write", async () => {
    const end = await world({ hold: "2m", events: [at(60, "deleteNamespace")] });
    expect(end.isPlanGone).toBe(true);
    expect(end.releases).toEqual({});
    expect(told(end, "stack destroy")).toBe(false);
  });
});
