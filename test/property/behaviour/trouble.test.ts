import { describe, expect, it } from "vitest";
import { MARK } from "../../../src/api/object.ts";
import { at, fate, later, reasons, told, world } from "./support.ts";

const failed = { afterMs: 1_000, verdict: "failed" } as const;

describe("the gate", () => {
  it("ends a release before traffic as Failed", async () => {
    const end = await world({ beforeTraffic: failed });
    expect(fate(end)).toBe("Failed GateFailed");
    expect(end.shares).toEqual([]);
  });

  it("takes it back from a step", async () => {
    const end = await world({ steps: failed });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.shares).toEqual([5, 0]);
  });

  it("takes it back while observing, the entry Service included", async () => {
    const end = await world({ observe: failed });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.shares).toEqual([5, 25, 50, 100, 0]);
    expect(end.cluster.entrySlot()).toBe("blue");
  });

  it("takes it back at the step's deadline when nothing was decided", async () => {
    const end = await world({ steps: { afterMs: 0, verdict: "inconclusive" } });
    expect(fate(end)).toBe("Reverted Inconclusive");
    expect(end.releases.r1?.status?.message).toBe("weight-5: not decided: health (simulated inconclusive)");
    expect(fate(await world({ steps: { afterMs: 0, verdict: "silent" } }))).toBe("Reverted Inconclusive");
    const reserved = await world({ onInconclusive: "reserve", steps: { afterMs: 0, verdict: "silent" } });
    expect(fate(reserved)).toBe("Completed Completed");
    expect(reserved.releases.r1?.status?.reservations?.length).toBeGreaterThan(0);
  });

  it("calls a revert failed while the old side fails what it passed before, and looks again", async () => {
    const end = await world({ steps: failed, back: { afterMs: 1_000, verdict: "failed" } });
    expect(told(end, "RevertFailed the live side fails health")).toBe(true);
    expect(told(end, "verify r1-back-2")).toBe(true);
    expect(fate(end)).toBe("Reverted LiveAccepted");
    expect(end.plan.liveSlot).toBe("blue");
  });

  it("calls a revert failed while the old side is not shown to be well, and tells what the checks said", async () => {
    const end = await world({ steps: failed, back: { afterMs: 1_000, verdict: "inconclusive" } });
    const why = "the live side is not yet shown to be well: health (simulated inconclusive)";
    expect(told(end, `RevertFailed ${why}`)).toBe(true);
    expect(reasons(end)).toContain("LiveSideUnproven");
  });
});

describe("stacks and pods", () => {
  it("a slot that never becomes ready ends as Failed and says why", async () => {
    const end = await world({ broken: true });
    expect(fate(end)).toBe("Failed ProgressDeadline");
    expect(end.releases.r1?.status?.message).toContain("CrashLoopBackOff");
  });

  it("replicas that somebody takes away at 100 % come back before the release is complete", async () => {
    const one = { kind: "Deployment", name: "app", replicas: 1 } as const;
    const take = later(13, ({ slots }) => void slots.scale("green", [one], false));
    const end = await world({ strategy: "direct", weights: [] }, take);
    expect(fate(end)).toBe("Completed Completed");
    expect(end.cluster.slots.desired("green")).toBe(4);
  });

  it("an operation that waits for its turn has its own time in full after that", async () => {
    const end = await world({ turnMs: 20 * 60_000 });
    expect(fate(end)).toBe("Completed Completed");
    expect(told(end, "waits for its turn")).toBe(true);
  });

  it("a turn that does not come is waited for as long as a start, and then the release ends and says why", async () => {
    const end = await world({ turnMs: 3 * 60 * 60_000 });
    expect(fate(end)).toBe("Failed ProgressDeadline");
    expect(end.releases.r1?.status?.message).toContain("waits for its turn");
    const { startedAt = "", finishedAt = "" } = end.releases.r1?.status ?? {};
    expect(Date.parse(finishedAt) - Date.parse(startedAt)).toBeLessThan(35 * 60_000);
  });

  it("an operation that may be tried again is", async () => {
    const end = await world({ stackResults: ["conflict", "unreachable", "halfDone"] });
    expect(fate(end)).toBe("Completed Completed");
    expect(told(end, "slot/4 ends: ok")).toBe(true);
  });

  it("an operation that fails until the deadline is told with what it said, also while it is tried again", async () => {
    const end = await world({ stackResults: Array.from({ length: 60 }, () => "unreachable" as const) });
    expect(fate(end)).toBe("Failed ProgressDeadline");
    expect(end.releases.r1?.status?.message).toBe(
      "the stack was not applied within 3m: simulated unreachable",
    );
    expect(told(end, "applying default.shop.green again: simulated unreachable")).toBe(true);
  });

  it("an invalid stack ends the release at once", async () => {
    expect(fate(await world({ stackResults: ["invalid"] }))).toBe("Failed StackInvalid");
  });

  it("does not move traffic while the live side is below its floor", async () => {
    const end = await world({ events: [at(5, { kind: "podsDown", side: "live", forMs: 60_000 })] });
    expect(told(end, "blue has 0 ready replicas and had 4")).toBe(true);
    expect(fate(end)).toBe("Completed Completed");
  });

  it("goes back when the candidate loses its pods", async () => {
    const end = await world({
      weights: [50],
      hold: "2m",
      events: [at(60, { kind: "podsDown", side: "candidate", forMs: 30_000 })],
    });
    expect(fate(end)).toBe("Reverted CandidateLost");
  });

  it("leaves traffic on the candidate when only that serves, and says RevertFailed", async () => {
    const end = await world({
      strategy: "blueGreen",
      weights: [],
      observe: { afterMs: 20_000, verdict: "failed" },
      events: [at(30, { kind: "podsDown", side: "live", forMs: 120_000 })],
    });
    expect(told(end, "RevertFailed the old side blue has no ready endpoints")).toBe(true);
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.cluster.shares("shop")["shop-blue"]).toBe(100);
  });

  it("a split that does not come into force is taken back", async () => {
    const end = await world({ events: [at(8, { kind: "rejectRoute", forMs: 120_000 })] });
    expect(fate(end)).toBe("Reverted NotInForce");
  });

  it("a gateway that confirms no way back either says why, for people to mend it", async () => {
    const end = await world({ events: [at(8, { kind: "rejectRoute", forMs: 400_000 })] });
    expect(told(end, "RevertFailed the gateway has not confirmed that all traffic is back on blue: ")).toBe(
      true,
    );
    expect(fate(end)).toBe("Reverted NotInForce");
  });
});

describe("foreign edits of the weights", () => {
  const base = { weights: [40], hold: "2m" } as const;

  it("that lower the candidate are obeyed and held", async () => {
    const end = await world({ ...base, events: [at(60, { kind: "weights", candidate: 10 })] });
    expect(end.shares).toEqual([40, 10, 0]);
    expect(told(end, "held: somebody set green to 10 %")).toBe(true);
    expect(fate(end)).toBe("Reverted WaitDeadline");
  });

  it("go on when the hold is resumed, with the step anew", async () => {
    const end = await world({
      ...base,
      events: [at(60, { kind: "weights", candidate: 10 }), at(120, "resume")],
    });
    expect(end.shares).toEqual([40, 10, 40, 100]);
    expect(fate(end)).toBe("Completed Completed");
    expect(told(end, "verify r1-weight-40-2")).toBe(true);
  });

  it("go on when the person sets the step's share again", async () => {
    const end = await world({
      ...base,
      events: [at(60, { kind: "weights", candidate: 10 }), at(120, { kind: "weights", candidate: 40 })],
    });
    expect(fate(end)).toBe("Completed Completed");
  });

  it("that raise it beyond the step are corrected", async () => {
    const end = await world({ ...base, events: [at(60, { kind: "weights", candidate: 90 })] });
    expect(end.shares).toEqual([40, 90, 40, 100]);
  });

  it("are contested after three corrections", async () => {
    const raise = (s: number) => at(s, { kind: "weights", candidate: 90 });
    const end = await world({ ...base, hold: "manual", events: [60, 70, 80, 90].map(raise) });
    expect(told(end, "held: kubectl") || told(end, "keeps changing the weights of shop")).toBe(true);
    expect(end.releases.r1?.status?.corrections?.length).toBeLessThanOrEqual(3);
  });

  it("a backendRef that was taken out returns at 0 % and is held", async () => {
    const end = await world({ ...base, events: [at(60, "removeBackend")] });
    expect(end.shares).toEqual([40, 0]);
    expect(told(end, "took a backend out of shop")).toBe(true);
  });

  it("elsewhere in the route are nobody's business", async () => {
    const end = await world({ ...base, events: [at(60, "touchRoute")] });
    expect(end.shares).toEqual([40, 100]);
    expect(end.cluster.store.get("routes", "shop")?.metadata.labels).toHaveProperty("touched");
  });
});

describe("a gateway that loses its report on a route, and does not repeat it", () => {
  const lose = (count: number) => ({ kind: "loseReports", count }) as const;

  it("is made to look again by a touch that changes nothing, and the release goes on", async () => {
    const end = await world({ weights: [50], events: [at(0, lose(1))] });
    expect(told(end, "its report on shop is lost")).toBe(true);
    expect(told(end, "bascule.dev~1touched=")).toBe(true);
    expect(fate(end)).toBe("Completed Completed");
    expect(end.shares).toEqual([50, 100]);
    expect(end.cluster.store.get("routes", "shop")?.metadata.annotations).not.toHaveProperty([MARK.touched]);
  });

  it("is touched once only: without its word the release is taken back at the deadline", async () => {
    const end = await world({ weights: [50], events: [at(0, lose(2))] });
    expect(fate(end)).toBe("Reverted NotInForce");
    expect(end.shares).toEqual([50, 0]);
  });

  it("is made to look again on the way back too, before that counts as failed", async () => {
    const end = await world({ weights: [50], hold: "2m", events: [at(59, lose(1)), at(60, "abort")] });
    expect(told(end, "its report on shop is lost")).toBe(true);
    expect(fate(end)).toBe("Reverted Aborted");
    expect(told(end, "RevertFailed")).toBe(false);
  });

  it("whose report is only slow is left alone", async () => {
    const end = await world({ weights: [50], gatewayMs: 10_000 });
    expect(told(end, "bascule.dev~1touched=")).toBe(false);
    expect(fate(end)).toBe("Completed Completed");
  });
});

describe("a controller that is killed", () => {
  const crash = async (request: number, kind: "crashBefore" | "crashAfter") => {
    const end = await world({ weights: [25], faults: [{ request, kind }] });
    return [request, kind, fate(end), end.plan.liveSlot, end.cluster.shares("shop")] as const;
  };

  it("ends where the same run without the fault ends, at every single request", {
    timeout: 600_000,
  }, async () => {
    const calm = await world({ weights: [25] });
    const expected = [fate(calm), calm.plan.liveSlot, calm.cluster.shares("shop")];
    expect(calm.requests).toBeGreaterThan(20);
    for (let request = 0; request < calm.requests; request++)
      for (const kind of ["crashBefore", "crashAfter"] as const)
        expect((await crash(request, kind)).slice(2), `${kind} at request ${request}`).toEqual(expected);
  });

  it("also carries a revert through, at every single request", { timeout: 600_000 }, async () => {
    const change = { weights: [25], steps: failed };
    const calm = await world(change);
    expect(fate(calm)).toBe("Reverted GateFailed");
    for (let request = 12; request < calm.requests; request++) {
      const end = await world({ ...change, faults: [{ request, kind: "crashAfter" }] });
      expect(end.releases.r1?.status?.phase, `crash after request ${request}`).toBe("Reverted");
      expect(end.plan.liveSlot).toBe("blue");
    }
  });
});
