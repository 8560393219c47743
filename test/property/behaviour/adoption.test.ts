import { describe, expect, it } from "vitest";
import { MARK } from "../../../src/api/object.ts";
import { type Cluster, OLD_SERVICE } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { at, fate, later, told, world } from "./support.ts";

/** Long after the release that adopted the Service has ended. */
const LATER = 200;
const base = { start: "adopted", weights: [20] } as const;

const conditionOf = (end: WorldEnd) => end.plan.conditions?.find((c) => c.type === "AdoptionFinished");
const oldService = (end: WorldEnd) =>
  end.cluster.store.get("services", OLD_SERVICE) as unknown as {
    readonly metadata: { readonly annotations?: Record<string, string>; readonly resourceVersion: string };
    readonly spec: { readonly selector: Record<string, string>; readonly ports: unknown };
  };

describe("the end of an adoption", () => {
  it("makes the former Service the entry, in one write that says where it pointed before", async () => {
    const end = await world({ ...base, events: [at(LATER, "finishAdoption")] });
    expect(oldService(end).spec.selector).toEqual({ [MARK.plan]: "shop", [MARK.slot]: "blue" });
    expect(oldService(end).metadata.annotations).toMatchObject({
      [MARK.entry]: "shop",
      [MARK.formerSelector]: JSON.stringify({ app: OLD_SERVICE }),
    });
    expect(end.timeline.filter((l) => l.includes(`patch services ${OLD_SERVICE}`))).toHaveLength(1);
    expect(end.plan).toMatchObject({
      entryService: OLD_SERVICE,
      adoption: { service: OLD_SERVICE, by: "ann" },
    });
    expect(end.plan.legacyService).toBeUndefined();
    expect(conditionOf(end)).toMatchObject({ status: "True", reason: "Finished" });
    expect(end.plan.conditions?.some((c) => c.type === "LegacyBackend")).toBe(false);
  });

  it("leaves the Service alone when nobody asks", async () => {
    const end = await world({ ...base, events: [at(LATER, "newer")] });
    expect(oldService(end).spec.selector).toEqual({ app: OLD_SERVICE });
    expect(end.plan).toMatchObject({ legacyService: OLD_SERVICE, entryService: "shop" });
  });

  it("lets later releases move it at 100 %, and the entry that was made before likewise", async () => {
    const end = await world({ ...base, events: [at(LATER, "finishAdoption"), at(400, "newer")] });
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan.liveSlot).toBe("green");
    expect(end.cluster.entrySlot(OLD_SERVICE)).toBe("green");
    expect(end.cluster.entrySlot()).toBe("green");
    expect(end.releases.r2?.status?.frozen).toMatchObject({
      entryService: OLD_SERVICE,
      madeEntries: ["shop"],
    });
    const patches = end.timeline.filter((l) => l.includes(`patch services ${OLD_SERVICE}`));
    expect(patches).toHaveLength(2);
    const whole = end.timeline.findIndex(
      (l) => l.includes("status releases r2") && l.includes("weight-20 passed"),
    );
    expect(whole).toBeGreaterThan(0);
    expect(end.timeline.indexOf(patches[1] ?? "")).toBeGreaterThan(whole);
  });

  it("lets a revert bring it back", async () => {
    const end = await world({
      ...base,
      strategy: "direct",
      weights: [],
      observe: { afterMs: 3_000, verdict: "passed" },
      events: [at(LATER, "finishAdoption"), at(400, "newer"), at(425, "revert")],
    });
    expect(fate(end, "r2")).toBe("Reverted RevertAsked");
    expect(told(end, `patch services ${OLD_SERVICE} selector/bascule.dev~1slot="green"`)).toBe(true);
    expect(end.cluster.entrySlot(OLD_SERVICE)).toBe("blue");
    expect(end.cluster.entrySlot()).toBe("blue");
  });

  it("waits for the end of a release that is in progress", async () => {
    const end = await world({ ...base, hold: "2m", events: [at(60, "finishAdoption")] });
    const written = end.timeline.findIndex((l) => l.includes(`patch services ${OLD_SERVICE}`));
    const completed = end.timeline.findIndex((l) => l.includes("Completed"));
    expect(completed).toBeGreaterThan(0);
    expect(written).toBeGreaterThan(completed);
    expect(end.cluster.entrySlot(OLD_SERVICE)).toBe("blue");
  });

  it("does nothing while the Service itself is live", async () => {
    const end = await world({
      ...base,
      steps: { afterMs: 1_000, verdict: "failed" },
      events: [at(LATER, "finishAdoption")],
    });
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(oldService(end).spec.selector).toEqual({ app: OLD_SERVICE });
    expect(conditionOf(end)).toMatchObject({ status: "False", reason: "StillServing" });
  });

  it("comes out the same wherever the controller is killed", { timeout: 600_000 }, async () => {
    const change = {
      ...base,
      strategy: "direct",
      weights: [],
      events: [at(100, "finishAdoption"), at(200, "newer")],
    } as const;
    const calm = await world(change);
    const outcome = (end: WorldEnd) => [
      fate(end, "r2"),
      end.plan.entryService,
      end.plan.adoption?.service,
      end.cluster.entrySlot(OLD_SERVICE),
      end.cluster.entrySlot(),
    ];
    expect(outcome(calm)).toEqual(["Completed Completed", OLD_SERVICE, OLD_SERVICE, "green", "green"]);
    const before = (await world({ ...change, events: [] })).requests;
    const after = (await world({ ...change, events: [at(100, "finishAdoption")] })).requests;
    expect(after).toBeGreaterThanOrEqual(before + 3);
    const kill = async (request: number, kind: "crashBefore" | "crashAfter" | "lostAnswer") => {
      const end = await world({ ...change, faults: [{ request, kind }] });
      expect(outcome(end), `${kind} at request ${request}`).toEqual(outcome(calm));
    };
    for (let request = before; request < after; request++)
      for (const kind of ["crashBefore", "crashAfter", "lostAnswer"] as const) await kill(request, kind);
    for (let request = after; request < calm.requests; request++) await kill(request, "crashAfter");
  });

  it("goes on as it is when the only release is deleted after its revert", async () => {
    const failing = { afterMs: 3_000, verdict: "failed" } as const;
    const gone = later(200, ({ store }) => store.remove("releases", "r1"));
    const end = await world({ strategy: "direct", weights: [], start: "adopted", steps: failing }, gone);
    expect(Object.keys(end.releases)).toEqual([]);
    const { spec } = end.cluster.store.get("routes", "shop") as { spec?: { rules?: readonly object[] } };
    expect(spec?.rules).toEqual([
      {
        backendRefs: [
          { name: "old-shop", port: 8080, weight: 100 },
          { name: "shop-blue", port: 8080, weight: 0 },
        ],
      },
    ]);
  });
});

describe("capacity of an adopted Service", () => {
  /** Its Deployment is restarted as the release begins: for a moment it has one more. */
  const surge = (fromS: number, toS: number) => {
    const ready = (replicas: number) => (cluster: Cluster) => {
      cluster.oldReady = replicas;
      cluster.wake();
    };
    return [later(fromS, ready(5)), later(toS, ready(4))] as const;
  };

  it("is not what a rolling restart has more for a moment, from its first pass on or in the midst of it", async () => {
    for (const [from, to] of [
      [0, 1],
      [5, 7],
      [30, 32],
    ] as const) {
      const end = await world(base, ...surge(from, to));
      expect(fate(end), `${from} s`).toBe("Completed Completed");
      expect(told(end, "CapacityBelowFloor"), `${from} s`).toBe(false);
      expect(end.releases.r1?.status).toMatchObject({ floor: 4 });
      expect(end.releases.r1?.status).not.toHaveProperty("rises");
    }
  });

  it("is what it had for longer: below that, the release is held", async () => {
    const end = await world(base, ...surge(1, 12));
    expect(fate(end)).toBe("Reverted CapacityBelowFloor");
    expect(told(end, "adopted has 4 ready replicas and had 5")).toBe(true);
  });
});
