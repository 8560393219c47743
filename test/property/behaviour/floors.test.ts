import { describe, expect, it } from "vitest";
import type { WorldEnd } from "../world/judge-end.ts";
import { PROGRAM_FLOOR } from "../world/slots.ts";
import { at, fate, told, world } from "./support.ts";

const base = { autoscaler: true, weights: [50], hold: "2m" } as const;
const floorOf = (end: WorldEnd, slot: "blue" | "green") => end.cluster.slots.autoscaler(slot)?.minReplicas;

describe("the floor of an autoscaler", () => {
  it("is raised on both slots while a release runs, and given back after it completed", async () => {
    const end = await world(base);
    expect(fate(end)).toBe("Completed Completed");
    expect(
      told(end, 'scale blue [{"kind":"Deployment","name":"app","autoscaler":{"name":"app","minReplicas":4'),
    ).toBe(true);
    expect(
      told(end, 'scale green [{"kind":"Deployment","name":"app","autoscaler":{"name":"app","minReplicas":2'),
    ).toBe(true);
    expect([floorOf(end, "blue"), floorOf(end, "green")]).toEqual([PROGRAM_FLOOR, PROGRAM_FLOOR]);
  });

  it("keeps the live slot at its size although nobody asks for anything, until the release ends", async () => {
    const end = await world({ ...base, events: [at(60, "quiet")] });
    expect(fate(end)).toBe("Completed Completed");
    expect(told(end, "held: blue has")).toBe(false);
    expect(told(end, "CapacityBelowFloor")).toBe(false);
  });

  it("is given back after a revert", async () => {
    const end = await world({ ...base, steps: { afterMs: 1_000, verdict: "failed" } });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect([floorOf(end, "blue"), floorOf(end, "green")]).toEqual([PROGRAM_FLOOR, PROGRAM_FLOOR]);
  });

  it("that an SRE set before the release is what the live slot gets back", async () => {
    const end = await world({
      ...base,
      events: [at(0, { kind: "setFloor", side: "live", floor: 2 }), at(60, "abort")],
    });
    expect(fate(end)).toBe("Reverted Aborted");
    expect(floorOf(end, "blue")).toBe(2);
  });

  it("that an SRE sets in the middle stays, on either slot", async () => {
    const set = (side: "live" | "candidate", floor: number) => at(60, { kind: "setFloor", side, floor });
    const end = await world({ ...base, events: [set("candidate", 3), set("live", 6)] });
    expect(fate(end)).toBe("Completed Completed");
    expect([floorOf(end, "blue"), floorOf(end, "green")]).toEqual([6, 3]);
  });

  it("that an SRE takes below what a step needs is told, and the release does not fight", async () => {
    const end = await world({
      ...base,
      events: [at(60, { kind: "setFloor", side: "candidate", floor: 1 }), at(61, "quiet")],
    });
    expect(fate(end)).toBe("Reverted CapacityLost");
    expect(told(end, "somebody else set minReplicas of app (now 1), which stays")).toBe(true);
    expect(floorOf(end, "green")).toBe(1);
  });

  it("survives a newer release that takes over in the middle", async () => {
    const end = await world({ ...base, events: [at(60, "newer")] });
    expect(fate(end)).toBe("Superseded Superseded");
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect([floorOf(end, "blue"), floorOf(end, "green")]).toEqual([PROGRAM_FLOOR, PROGRAM_FLOOR]);
  });

  it("is given back wherever the controller is killed", { timeout: 600_000 }, async () => {
    const change = { ...base, hold: "10s" } as const;
    const calm = await world(change);
    expect(calm.requests).toBeGreaterThan(20);
    for (let request = 0; request < calm.requests; request++) {
      const kind = (["crashBefore", "crashAfter", "lostAnswer"] as const)[request % 3] ?? "crashAfter";
      const end = await world({ ...change, faults: [{ request, kind }] });
      const floors = [floorOf(end, "blue"), floorOf(end, "green")];
      expect(floors, `${kind} at request ${request}`).toEqual([PROGRAM_FLOOR, PROGRAM_FLOOR]);
    }
  });
});
