import { describe, expect, it } from "vitest";
import type { Verification } from "../../../src/api/verification.ts";
import { DRAIN_MS } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { at, fate, told, world } from "./support.ts";

const counted = { gatewayCounts: true, weights: [20, 50] } as const;
const line = (end: WorldEnd, text: string): number => end.timeline.findIndex((l) => l.includes(text));
const verification = (end: WorldEnd, name: string): Verification["spec"] =>
  (end.cluster.store.get("verifications", name) as unknown as Verification).spec;

describe("the observed share", () => {
  it("is measured in the steps in which both sides get requests, and in no other", async () => {
    const end = await world(counted);
    expect(fate(end)).toBe("Completed Completed");
    const steps = end.releases.r1?.status?.frozen?.steps ?? [];
    const measured = steps.filter((s) => s.checks.includes("split")).map((s) => s.name);
    expect(measured).toEqual(["weight-20", "weight-50"]);
    expect(verification(end, "r1-weight-20").target).toMatchObject({
      share: "20%",
      service: "shop-green",
      baselineService: "shop-blue",
    });
  });

  it("takes the candidate back when it differs", async () => {
    const end = await world({ ...counted, split: { afterMs: 4_000, verdict: "failed" } });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.shares).toEqual([20, 0]);
    expect(end.releases.r1?.status?.message).toBe("weight-20: split: simulated failed");
  });

  it("ends with its step: what is counted while the next split is written takes nobody back", async () => {
    const end = await world({
      ...counted,
      hold: "2m",
      split: { afterMs: 20_000, verdict: "failed" },
      gatewayMs: 15_000,
      events: [at(35, "skip")],
    });
    const ended = line(end, "end split of verification r1-weight-20");
    expect(ended).toBeGreaterThan(line(end, "rest skipped"));
    expect(told(end, "r1-weight-20 split failed")).toBe(false);
    expect(end.shares.slice(0, 2)).toEqual([20, 50]);
    expect(end.releases.r1?.status?.message).toBe("weight-50: split: simulated failed");
  });

  it("does not hold an SRE's lower share against the candidate", async () => {
    const end = await world({
      ...counted,
      hold: "2m",
      split: { afterMs: 40_000, verdict: "failed" },
      events: [at(30, { kind: "weights", candidate: 5 }), at(300, "abort")],
    });
    expect(told(end, "end split of verification r1-weight-20")).toBe(true);
    expect(told(end, "weight-20 split failed")).toBe(false);
    expect(fate(end)).toBe("Reverted Aborted");
  });
});

describe("the look before a slot is retired", () => {
  const settled = (end: WorldEnd): number => line(end, "scale blue");

  it("comes after the drain, and the slot goes when its backend is silent", async () => {
    const end = await world(counted);
    expect(line(end, "verify shop-retire-2")).toBeGreaterThan(line(end, "Completed"));
    expect(settled(end)).toBeGreaterThan(line(end, "shop-retire-2 split passed"));
    const { target, from, deadline, step } = verification(end, "shop-retire-2");
    expect(target).toMatchObject({ service: "shop-blue", baselineService: "shop-green", share: "0%" });
    const { idleSince } = end.plan;
    expect(Date.parse(from ?? "") - Date.parse(idleSince ?? "")).toBe(DRAIN_MS);
    expect([deadline, step]).toEqual(["10s", "retire"]);
    expect(verification(end, "shop-retire-2").end).toBe(true);
    expect(end.plan.conditions?.some((c) => c.type === "DrainUnproven")).toBe(false);
  });

  it("comes after a revert too, at the candidate's backend", async () => {
    const end = await world({ ...counted, steps: { afterMs: 1_000, verdict: "failed" } });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(verification(end, "shop-retire-2").target).toMatchObject({
      service: "shop-green",
      baselineService: "shop-blue",
    });
    expect(line(end, "scale green [")).toBeGreaterThan(line(end, "shop-retire-2 split passed"));
  });

  it.each(["inconclusive", "silent", "error"] as const)(
    "is bounded by twice the drain: a slot that is %s then goes all the same, and that is told",
    async (verdict) => {
      const end = await world({ ...counted, silence: { afterMs: 2_000, verdict } });
      expect(settled(end)).toBeGreaterThan(0);
      expect(end.cluster.slots.desired("blue")).toBe(0);
      const condition = end.plan.conditions?.find((c) => c.type === "DrainUnproven");
      expect(condition).toMatchObject({ status: "True", reason: "NotMeasured" });
      expect(condition?.message).toContain("blue had not been seen silent at twice the drain");
    },
  );

  it("is not made where no gateway counts: the drain alone decides", async () => {
    const end = await world({ weights: [20] });
    expect(told(end, "retire")).toBe(false);
    expect(settled(end)).toBeGreaterThan(0);
  });

  it("does not delay a release that starts meanwhile", async () => {
    const end = await world({
      ...counted,
      strategy: "direct",
      weights: [],
      silence: { afterMs: 9_000, verdict: "passed" },
      events: [at(64, "newer")],
    });
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.timeline.join("\n")).toContain("end verification shop-retire-2");
  });

  it("goes on after a crash, with the same Verification", async () => {
    const end = await world({
      ...counted,
      silence: { afterMs: 8_000, verdict: "passed" },
      faults: [40, 44, 46, 48, 50].map((request) => ({ request, kind: "crashAfter" as const })),
    });
    expect(end.cluster.slots.desired("blue")).toBe(0);
    const made = end.timeline.filter((l) => l.includes("verify shop-retire-2")).length;
    expect(made).toBeLessThanOrEqual(2);
  });
});
