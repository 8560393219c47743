import { describe, expect, it } from "vitest";
import { at, fate, told, world } from "./support.ts";

describe("a canary", () => {
  it("takes exactly its shares in their order and never falls (S05)", async () => {
    const end = await world({ weights: [10, 20, 30, 40, 50] });
    expect(end.shares).toEqual([10, 20, 30, 40, 50, 100]);
    expect(fate(end)).toBe("Completed Completed");
  });

  it("takes uneven steps (S06)", async () => {
    const end = await world({ weights: [1, 2, 10, 80] });
    expect(end.shares.map((s) => 100 - s)).toEqual([99, 98, 90, 20, 0]);
  });

  it("writes the same shares to every route", async () => {
    const end = await world({ routes: "two", weights: [30] });
    const writes = (route: string) => end.timeline.filter((l) => l.includes(`patch routes ${route} `)).length;
    expect(writes("shop-b")).toBe(writes("shop"));
    expect(end.cluster.shares("shop-b")).toEqual({ "shop-blue": 0, "shop-green": 100 });
  });

  it("swaps the roles of the slots with each release (S10)", async () => {
    const end = await world({ weights: [25], events: [at(300, "newer")] });
    expect(end.shares).toEqual([25, 100, 25, 100]);
    expect(end.plan.liveSlot).toBe("blue");
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 100, "shop-green": 0 });
  });

  it("keeps the old side whole until it is complete", async () => {
    const end = await world({ weights: [50] });
    const down = end.timeline.findIndex((l) => l.includes("scale blue"));
    const completed = end.timeline.findIndex((l) => l.includes("Completed"));
    expect(completed).toBeGreaterThan(0);
    expect(down).toBeGreaterThan(completed);
  });
});

describe("the other strategies", () => {
  it("blue/green switches in one write once the slot is whole (S13)", async () => {
    const end = await world({ strategy: "blueGreen", weights: [] });
    expect(end.shares).toEqual([100]);
    const ready = end.timeline.findIndex((l) => l.includes("green is ready"));
    const moved = end.timeline.findIndex((l) => l.includes("patch routes"));
    expect(ready).toBeGreaterThan(0);
    expect(moved).toBeGreaterThan(ready);
    expect(told(end, 'patch services shop selector/bascule.dev~1slot="green"')).toBe(true);
  });

  it("direct goes to everything after the checks at 0 %", async () => {
    const end = await world({ strategy: "direct", weights: [] });
    expect(end.shares).toEqual([100]);
    const names = end.releases.r1?.status?.frozen?.steps.map((s) => s.name);
    expect(names).toEqual(["deploy", "verify", "weight-100", "observe"]);
  });

  it("blue/green works without any route, by the entry Service alone", async () => {
    const end = await world({ strategy: "blueGreen", weights: [], routes: "none" });
    expect(fate(end)).toBe("Completed Completed");
    expect(end.cluster.entrySlot()).toBe("green");
  });

  it("a first release with nothing live is deploy, verify, 100 %", async () => {
    const end = await world({ start: "nothing", routes: "create" });
    expect(end.releases.r1?.status?.frozen?.steps.map((s) => s.name)).toEqual([
      "deploy",
      "verify",
      "weight-100",
    ]);
    expect(end.plan.liveSlot).toBe("blue");
  });

  it("a first release that fails leaves nothing live", async () => {
    const end = await world({
      start: "nothing",
      routes: "create",
      beforeTraffic: { afterMs: 1_000, verdict: "failed" },
    });
    expect(fate(end)).toBe("Failed GateFailed");
    expect(end.plan.liveSlot).toBe("none");
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 0, "shop-green": 0 });
  });
});

describe("adoption", () => {
  it("has the user's Service live until the first release completes, and then takes it out of the rule", async () => {
    const end = await world({ start: "adopted", weights: [20] });
    expect(end.shares).toEqual([20, 100]);
    expect(end.plan).toMatchObject({ liveSlot: "blue", legacyService: "old-shop" });
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 100, "shop-green": 0 });
  });

  it("goes back to the user's Service when the first release fails", async () => {
    const end = await world({ start: "adopted", steps: { afterMs: 1_000, verdict: "failed" } });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.plan.liveSlot).toBe("adopted");
    expect(end.cluster.shares("shop")["old-shop"]).toBe(100);
  });

  it("still knows the user's Service in the release after a failed first one", async () => {
    const end = await world({
      start: "adopted",
      broken: true,
      events: [at(400, "newer")],
    });
    expect(fate(end, "r1")).toBe("Failed ProgressDeadline");
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.releases.r2?.status?.frozen?.adoptedService).toEqual({ name: "old-shop", port: 8080 });
  });
});
