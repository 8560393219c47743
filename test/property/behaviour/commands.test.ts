import { describe, expect, it } from "vitest";
import { at, fate, reasons, signature, told, world } from "./support.ts";

describe("commands", () => {
  it("abort takes the traffic back under the person's name", async () => {
    const end = await world({ hold: "2m", events: [at(60, "abort")] });
    expect(fate(end)).toBe("Reverted Aborted");
    expect(signature(end)).toBe("ann");
    expect(end.shares).toEqual([5, 0]);
  });

  it("abort before traffic cancels, without any write to the route", async () => {
    const end = await world({ events: [at(2, "abort")] });
    expect(fate(end)).toBe("Cancelled Aborted");
    expect(told(end, "patch routes")).toBe(false);
  });

  it("revert works as long as the old slot is kept", async () => {
    const end = await world({ strategy: "blueGreen", weights: [], events: [at(35, "revert")] });
    expect(fate(end)).toBe("Reverted RevertAsked");
    expect(reasons(end)).toContain("StepPassed");
    expect(end.shares).toEqual([100, 0]);
    expect(end.cluster.entrySlot()).toBe("blue");
  });

  it("promote ends a manual hold", async () => {
    const end = await world({ hold: "manual", weights: [10], events: [at(300, "promote")] });
    expect(fate(end)).toBe("Completed Completed");
    const passed = end.releases.r1?.status?.journal?.entries.find((e) => e.from === "Shifting/weight-10");
    expect(passed).toMatchObject({ reason: "StepPassed", by: "ann" });
  });

  it("promote accepts what is inconclusive, as a reservation under a name", async () => {
    const end = await world({
      hold: "manual",
      weights: [10],
      steps: { afterMs: 1_000, verdict: "inconclusive" },
      events: [at(120, "promote")],
    });
    expect(end.releases.r1?.status?.reservations?.[0]).toContain("accepted by ann");
  });

  it("promote never accepts a failure", async () => {
    const end = await world({
      hold: "manual",
      weights: [10],
      steps: { afterMs: 1_000, verdict: "failed" },
      events: [at(15, "promote")],
    });
    expect(fate(end)).toBe("Reverted GateFailed");
  });

  it("skip records the rest of the step as skipped, also of the last one", async () => {
    const end = await world({
      strategy: "blueGreen",
      weights: [],
      observe: { afterMs: 0, verdict: "silent" },
      events: [at(60, "skip")],
    });
    expect(fate(end)).toBe("Completed Skipped");
    expect(signature(end)).toBe("ann");
    expect(end.releases.r1?.status?.reservations?.[0]).toContain("skipped by ann");
  });

  it("pause holds the share, and resuming goes on from there", async () => {
    const end = await world({ weights: [10, 50], events: [at(25, "pause"), at(500, "unpause")] });
    expect(fate(end)).toBe("Completed Completed");
    expect(end.shares).toEqual([10, 50, 100]);
    const moved = end.timeline
      .filter((l) => l.includes("patch routes shop 0/weight=50"))
      .map(Number.parseFloat);
    expect(moved.length).toBe(1);
    expect(told(end, "held: paused by ann")).toBe(true);
  });

  it("a failing check takes a paused release back", async () => {
    const end = await world({
      steps: { afterMs: 40_000, verdict: "failed" },
      hold: "2m",
      events: [at(25, "pause")],
    });
    expect(fate(end)).toBe("Reverted GateFailed");
  });

  it("a manual hold that nobody answers ends after waitDeadline", async () => {
    expect(fate(await world({ hold: "manual", weights: [10] }))).toBe("Reverted WaitDeadline");
    expect(fate(await world({ hold: "manual", strategy: "blueGreen", weights: [] }))).toBe(
      "Failed WaitDeadline",
    );
  });

  it("a pause before the start ends after waitDeadline too", async () => {
    const end = await world({ lagMs: 1_000, events: [at(0, "pause")] });
    expect(fate(end)).toBe("Failed WaitDeadline");
  });
});

describe("a newer release", () => {
  it("takes the place of one that is shifting, after that is back at 0 %", async () => {
    const end = await world({ weights: [40], hold: "2m", events: [at(60, "newer")] });
    expect(fate(end, "r1")).toBe("Superseded Superseded");
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.shares).toEqual([40, 0, 40, 100]);
  });

  it("waits for one that is observing", async () => {
    const end = await world({ strategy: "blueGreen", weights: [], events: [at(40, "newer")] });
    expect(fate(end, "r1")).toBe("Completed Completed");
    expect(fate(end, "r2")).toBe("Completed Completed");
  });

  it("ends a green observation early where the plan says so", async () => {
    const end = await world({
      strategy: "blueGreen",
      weights: [],
      onNewer: "finish",
      events: [at(30, "newer")],
    });
    expect(fate(end, "r1")).toBe("Completed FinishedEarly");
  });

  it("waits alone: of several only the newest runs", async () => {
    const end = await world({
      strategy: "blueGreen",
      weights: [],
      events: [at(35, "newer"), at(36, "newer"), at(37, "newer")],
    });
    expect([2, 3, 4].map((n) => fate(end, `r${n}`))).toEqual([
      "Superseded Superseded",
      "Superseded Superseded",
      "Completed Completed",
    ]);
    expect(end.releases.r2?.status?.frozen).toBeUndefined();
  });
});

describe("deleting a release", () => {
  it("before traffic cancels it", async () => {
    const end = await world({ events: [at(3, "deleteRelease")] });
    expect(fate(end)).toBe("gone");
    expect(end.plan).toMatchObject({ liveSlot: "blue" });
    expect(told(end, "patch routes")).toBe(false);
  });

  it("while shifting takes the traffic back first", async () => {
    const end = await world({ weights: [40], hold: "2m", events: [at(60, "deleteRelease")] });
    expect(end.shares).toEqual([40, 0]);
    expect(end.plan.liveSlot).toBe("blue");
    expect(fate(end)).toBe("gone");
  });

  it("while observing completes it", async () => {
    const end = await world({ strategy: "blueGreen", weights: [], events: [at(40, "deleteRelease")] });
    expect(end.plan.liveSlot).toBe("green");
    expect(end.shares).toEqual([100]);
  });

  it("does not let its name run again", async () => {
    const end = await world({ events: [at(3, "deleteRelease"), at(120, "recreate")] });
    expect(fate(end)).toBe("Cancelled AlreadyRun");
  });

  it("does not keep the route from being put right afterwards", async () => {
    const end = await world({
      weights: [40],
      hold: "2m",
      events: [at(60, "deleteRelease"), at(300, "removeBackend")],
    });
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 100, "shop-green": 0 });
  });
});

describe("a dry run", () => {
  it("previews the stack, writes the result down and acts on nothing", async () => {
    const end = await world({ events: [at(300, "dryRun")] });
    expect(fate(end, "r2")).toBe("Completed Previewed");
    expect(end.releases.r2?.status?.preview).toMatchObject({ slot: "blue", live: "green" });
    expect(end.plan).toMatchObject({ liveSlot: "green", sequence: 2 });
    const after = end.timeline.slice(end.timeline.findIndex((l) => l.includes("dryRun")));
    expect(after.some((l) => l.includes("patch") || l.includes("scale") || l.includes("stack apply"))).toBe(
      false,
    );
  });

  it("tries again what may go better the next time", async () => {
    const stackResults = ["ok", "timeout", "conflict"] as const;
    const end = await world({ stackResults, events: [at(300, "dryRun")] });
    expect(told(end, "/preview/2 ends: conflict")).toBe(true);
    expect(told(end, "simulated conflict; try 3 follows")).toBe(true);
    expect(fate(end, "r2")).toBe("Completed Previewed");
  });

  it("ends with what can't be previewed at all", async () => {
    const end = await world({ stackResults: ["ok", "invalid"], events: [at(300, "dryRun")] });
    expect(fate(end, "r2")).toBe("Failed PreviewFailed");
    expect(end.releases.r2?.status?.message).toBe("simulated invalid");
  });

  it("never takes the place of a release that runs", async () => {
    const end = await world({ weights: [40], hold: "2m", events: [at(30, "dryRun")] });
    expect(fate(end, "r1")).toBe("Completed Completed");
    expect(fate(end, "r2")).toBe("Completed Previewed");
  });
});
