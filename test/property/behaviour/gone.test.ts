/** What the entry stack made, and somebody deletes: the route, and the Services that it points to. */
import { describe, expect, it } from "vitest";
import { PLAN } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import type { Scenario } from "../world/scenario.ts";
import { at, fate, later, plan, planSays, told, world } from "./support.ts";

const made = { routes: "create", weights: [20, 50], hold: "2m" } as const;
/** In this world the release of `made` is at 20 % until the 130th second. */
const AT_20 = 40;
const AFTER = 600;

const has = (end: WorldEnd, kind: "routes" | "services", name: string): boolean =>
  end.cluster.store.get(kind, name) !== undefined;
const restorations = (end: WorldEnd): number =>
  end.timeline.filter((line) => /stack apply default\.shop\.entry begins as .*restore/.test(line)).length;

/** Seconds from a deletion until the object is there again. */
async function absence(change: Partial<Scenario>, second: number, kind: "routes" | "services", name: string) {
  let found: number | undefined;
  const looks = Array.from({ length: 60 }, (_, index) =>
    later(second + 0.5 + index * 0.5, ({ store }) => {
      if (found === undefined && store.get(kind, name) !== undefined) found = 0.5 + index * 0.5;
    }),
  );
  return { end: await world(change, ...looks), seconds: () => found };
}

describe("a route that Bascule made and somebody deletes", () => {
  it("between releases is made again at once, and the next release is not held up", async () => {
    const events = [at(AFTER, "deleteRoute"), at(AFTER + 60, "newer")];
    const { end, seconds } = await absence({ ...made, events }, AFTER, "routes", PLAN);
    expect(seconds()).toBeLessThanOrEqual(6);
    expect(end.cluster.shares(PLAN)).toEqual({ "shop-blue": 100, "shop-green": 0 });
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(restorations(end)).toBe(1);
    expect(end.plan.restoring).toBeUndefined();
    expect(planSays(end.plan, "EntryIncomplete")).toBeUndefined();
  });

  it("before a release that is about to start is made first", async () => {
    const end = await world({ ...made, events: [at(AFTER, "deleteRoute"), at(AFTER, "newer")] });
    expect(told(end, "HTTPRoute shop is gone and is made again")).toBe(true);
    expect(fate(end, "r2")).toBe("Completed Completed");
  });

  it("in a step is made again at once, all to the live side, and the step starts anew", async () => {
    const events = [at(AT_20, "deleteRoute")];
    const { end, seconds } = await absence({ ...made, events }, AT_20, "routes", PLAN);
    expect(seconds()).toBeLessThanOrEqual(6);
    expect(end.shares).toEqual([20, 0, 20, 50, 100]);
    expect(told(end, "held: HTTPRoute shop is gone and is made again")).toBe(true);
    expect(fate(end)).toBe("Completed Completed");
  });

  it("while it is observed at 100 % comes back with that split", async () => {
    const end = await world({ ...made, weights: [], strategy: "blueGreen", events: [at(30, "deleteRoute")] });
    expect(told(end, "held: HTTPRoute shop is gone")).toBe(true);
    expect(end.shares).toEqual([100]);
    expect(fate(end)).toBe("Completed Completed");
  });

  it("while a release is taken back is made again before that is said to be done", async () => {
    const failed = { afterMs: 20_000, verdict: "failed" } as const;
    const end = await world({
      ...made,
      steps: failed,
      back: { afterMs: 20_000, verdict: "passed" },
      gatewayMs: 5_000,
      events: [at(AT_20 - 5, "deleteRoute")],
    });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.cluster.shares(PLAN)).toEqual({ "shop-blue": 100, "shop-green": 0 });
  });

  it("in the first release, where nothing serves yet, comes back with the candidate's share", async () => {
    const first = { ...made, start: "nothing", weights: [], strategy: "direct" } as const;
    const end = await world({ ...first, events: [at(25, "deleteRoute")] });
    expect(fate(end)).toBe("Completed Completed");
    expect(end.cluster.shares(PLAN)).toEqual({ "shop-blue": 100, "shop-green": 0 });
  });

  it("is tried again until it can be made, and the plan says why it is not", async () => {
    const unreachable = Array.from({ length: 8 }, () => "unreachable" as const);
    let said: string | undefined;
    const look = later(AFTER + 30, ({ store }) => {
      said = JSON.stringify(store.get("plans", PLAN)?.status);
    });
    const arm = later(AFTER, ({ store }) => store.remove("routes", PLAN));
    const end = await world({ ...made, stackResults: ["ok", ...unreachable] }, arm, look);
    expect(said).toContain("HTTPRoute shop is gone");
    expect(said).toContain("simulated unreachable");
    expect(end.cluster.shares(PLAN)).toEqual({ "shop-blue": 0, "shop-green": 100 });
    expect(planSays(end.plan, "EntryIncomplete")).toBeUndefined();
  });

  it("deleted twice is made twice", async () => {
    const end = await world({ ...made, events: [at(AFTER, "deleteRoute"), at(AFTER + 60, "deleteRoute")] });
    expect(restorations(end)).toBe(2);
    expect(has(end, "routes", PLAN)).toBe(true);
  });

  it("after an edit of what it is made from is left to the next release, and the plan says so", async () => {
    const create = { parentRefs: [{ name: "edge", namespace: "gateways" }], hostnames: ["new.example"] };
    let said: string | undefined;
    const end = await world(
      { ...made, events: [at(AFTER, "deleteRoute"), at(AFTER + 120, "newer")] },
      later(AFTER - 60, plan({ traffic: { create } })),
      later(AFTER + 60, ({ store }) => {
        said = JSON.stringify(store.get("plans", PLAN)?.status);
      }),
    );
    expect(said).toContain("the next release makes it");
    expect(restorations(end)).toBe(0);
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(has(end, "routes", PLAN)).toBe(true);
  });
});

describe("a Service of the entry that somebody deletes", () => {
  it.each(["live", "candidate", "entry"] as const)("%s, between releases, is made again", async (of) => {
    const end = await world({ ...made, events: [at(AFTER, { kind: "deleteService", of })] });
    for (const name of [PLAN, "shop-blue", "shop-green"]) expect(has(end, "services", name)).toBe(true);
    expect(end.cluster.entrySlot()).toBe("green");
    expect(restorations(end)).toBe(1);
  });

  it("the live slot's, in a step, is made again without the release", async () => {
    const events = [at(AT_20, { kind: "deleteService", of: "live" })];
    const { end, seconds } = await absence({ ...made, events }, AT_20, "services", "shop-blue");
    expect(seconds()).toBeLessThanOrEqual(6);
    expect(fate(end)).toBe("Completed Completed");
  });

  it("the candidate's, in a step, takes the release back and is made again", async () => {
    const end = await world({ ...made, events: [at(AT_20, { kind: "deleteService", of: "candidate" })] });
    expect(fate(end)).toBe("Reverted CandidateLost");
    expect(has(end, "services", "shop-green")).toBe(true);
  });

  it("also where the route is the user's own", async () => {
    const end = await world({
      routes: "one",
      events: [at(AFTER, { kind: "deleteService", of: "live" })],
    });
    expect(has(end, "services", "shop-green")).toBe(true);
  });
});

describe("a route of the user's own that is gone", () => {
  const gone = later(AFTER, ({ store }) => store.remove("routes", PLAN));

  it("holds the next release, which names it and the remedy, and goes on when it is back", async () => {
    let said: string | undefined;
    const end = await world(
      { routes: "one", events: [at(AFTER + 10, "newer")] },
      gone,
      later(AFTER + 60, ({ store }) => {
        said = JSON.stringify(store.get("releases", "r2")?.status);
      }),
      later(AFTER + 90, (cluster) =>
        cluster.makeRoute(PLAN, [
          { name: "shop-blue", port: 8080, weight: 0 },
          { name: "shop-green", port: 8080, weight: 100 },
        ]),
      ),
    );
    expect(said).toContain("there is no HTTPRoute");
    expect(said).toContain("create it");
    expect(restorations(end)).toBe(0);
    expect(fate(end, "r2")).toBe("Completed Completed");
  });
});
