import { describe, expect, it } from "vitest";
import { decide } from "../../../src/core/plan/decide.ts";
import type { Observed } from "../../../src/core/plan/observed.ts";
import { recovered } from "../../../src/core/plan/recover.ts";
import { midway } from "../watchers/midway.ts";
import { type Cluster, OLD_SERVICE, PLAN } from "../world/cluster.ts";
import { at, fate, later, plan, planSays, told, world } from "./support.ts";

/** The plan's status is lost, as when it was restored from a backup. */
const lose = ({ store }: Cluster): void => {
  store.edit("plans", PLAN, (p) => ({ ...p, status: { observedGeneration: -1 } }));
};
const direct = { strategy: "direct", weights: [] } as const;
const loseAt = (seconds: number) => later(seconds, lose);

describe("a lost status of a plan is rebuilt", () => {
  it("from the active release's status: it goes on, and its split is not written twice", async () => {
    const held = { weights: [40], hold: "2m" } as const;
    const calm = await world(held);
    const end = await world(held, loseAt(60));
    expect(fate(end)).toBe("Completed Completed");
    expect(end.shares).toEqual([40, 100]);
    expect(end.requests).toBeLessThanOrEqual(calm.requests + 1);
    const { liveSlot, sequence, ranNames, slots, entryService } = calm.plan;
    expect(end.plan).toMatchObject({ liveSlot, sequence, ranNames, slots, entryService });
  });

  it("in every phase, so that a release which fails after that goes back to the side that was live", async () => {
    const failed = { afterMs: 1_000, verdict: "failed" } as const;
    for (const seconds of [2, 8, 14, 40, 80]) {
      const end = await world({ weights: [40], hold: "10s", observe: failed }, loseAt(seconds));
      expect(fate(end), `lost after ${seconds} s`).toBe("Reverted GateFailed");
      expect(end.plan, `lost after ${seconds} s`).toMatchObject({ liveSlot: "blue" });
    }
  });

  it("with the user's own Service as the live side, while the first release runs", async () => {
    const end = await world(
      { start: "adopted", weights: [40], hold: "2m" },
      loseAt(60),
      later(70, () => {}),
    );
    expect(fate(end)).toBe("Completed Completed");
    expect(end.plan).toMatchObject({ liveSlot: "blue", legacyService: OLD_SERVICE });
  });

  it("with the former Service that the plan's entry has not become, also when the status is lost after that", async () => {
    const end = await world({ start: "adopted" }, loseAt(300));
    expect(fate(end)).toBe("Completed Completed");
    expect(end.plan).toMatchObject({ liveSlot: "blue", legacyService: OLD_SERVICE });
    expect(planSays(end.plan, "LegacyBackend")).toBe("True NotRemoved");
  });

  it("without a former Service that is gone", async () => {
    const remove = later(250, ({ store }) => store.remove("services", OLD_SERVICE));
    const end = await world({ start: "adopted" }, remove, loseAt(300));
    expect(end.plan).toMatchObject({ liveSlot: "blue" });
    expect(end.plan.legacyService).toBeUndefined();
  });

  it.each([
    ["", () => {}],
    [", and without a release on record", (cluster: Cluster) => cluster.store.remove("releases", "r1")],
  ])(
    "with the entry that the former Service became, also when the spec no longer asks for that%s",
    async (_how, forget) => {
      const end = await world(
        { start: "adopted", events: [at(200, "finishAdoption")] },
        later(300, (cluster) => {
          plan({ traffic: { routes: [{ name: PLAN }] } })(cluster);
          forget(cluster);
          lose(cluster);
        }),
        later(400, (cluster) => cluster.makeRelease("r2", "2.0.0")),
      );
      expect(fate(end, "r2")).toBe("Completed Completed");
      expect(end.plan).toMatchObject({
        liveSlot: "green",
        entryService: OLD_SERVICE,
        adoption: { service: OLD_SERVICE, doneAt: expect.any(String) },
      });
      expect(end.plan.legacyService).toBeUndefined();
      expect(end.cluster.entrySlot(OLD_SERVICE)).toBe("green");
    },
  );

  it("from the only ready slot with weight, where no release is active", async () => {
    const end = await world(
      { weights: [], strategy: "direct" },
      loseAt(300),
      later(400, (c) => c.makeRelease("r2", "2.0.0")),
    );
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan).toMatchObject({ liveSlot: "blue", sequence: 3 });
    expect(end.plan.ranNames).toHaveLength(3);
    expect(told(end, "default.shop.green begins")).toBe(true);
  });
});

describe("a lost status of the active release", () => {
  /** What is decided when the status of a release that has 50 % is lost. */
  const decided = async (change: Partial<Observed> = {}) => {
    const court = await midway();
    const { observed } = court;
    if (observed === undefined) throw new Error("nothing was observed");
    const releases = observed.releases.map((r) => ({ ...r, status: { observedGeneration: -1 } }));
    const ports = [{ name: "http", port: 8080 }];
    const programs = { r1: { ok: true, name: "web-service", digest: "sha256:0", ports } } as const;
    return decide({ ...observed, releases, programs, ...change }, court.cluster.sim.now());
  };

  it("takes the candidate back at once when it has traffic, for nobody knows what was found of it", async () => {
    const { releases, first } = await decided();
    expect(releases.r1).toMatchObject({ phase: "Reverting", ending: { reason: "StatusLost" } });
    expect(first.map(({ kind }) => kind)).toContain("revert");
  });

  it("is made anew when the route belongs to another run: it has not begun yet", async () => {
    const { releases, first } = await decided({ traffic: [] });
    expect(releases.r1).toMatchObject({ phase: "Preparing" });
    expect(first).toEqual([]);
  });
});

describe("a release whose run the route no longer belongs to", () => {
  it("is not taken for the active one", async () => {
    const court = await midway();
    const { observed } = court;
    if (observed === undefined) throw new Error("nothing was observed");
    const lost = { ...observed, plan: { ...observed.plan, status: { observedGeneration: -1 } } };
    const rebuilt = (traffic: typeof observed.traffic) =>
      recovered({ ...lost, traffic }, court.cluster.sim.now()).plan.status;
    expect(rebuilt(observed.traffic)).toMatchObject({ activeRelease: "r1", liveSlot: "adopted" });
    const theirs = observed.traffic.map((t) => ({ ...t, run: "uid-of-another/99" }));
    expect(rebuilt(theirs)).toEqual({ observedGeneration: -1 });
  });
});

describe("a lost status that can't be rebuilt", () => {
  /** All weight is on the idle slot, where nothing is ready, and the status is lost. */
  const unclear = (cluster: Cluster): void => {
    send(cluster, { "shop-blue": 100, "shop-green": 0 });
    lose(cluster);
  };
  const send = ({ store }: Cluster, weights: Readonly<Record<string, number>>): void => {
    const backendRefs = Object.entries(weights).map(([name, weight]) => ({ name, port: 8080, weight }));
    store.edit("routes", PLAN, (r) => ({ ...r, spec: { ...(r.spec as object), rules: [{ backendRefs }] } }));
  };
  const release = (cluster: Cluster): void => cluster.makeRelease("r2", "2.0.0");

  it("stalls the plan, which says what to do, and nothing is released", async () => {
    const end = await world(direct, later(300, unclear), later(400, release));
    expect(planSays(end.plan, "Stalled")).toBe("True LiveSlotUnknown");
    const { message } = end.plan.conditions?.find((c) => c.type === "Stalled") ?? {};
    expect(message).toContain("no slot has both traffic and ready endpoints; set status.liveSlot");
    expect(fate(end, "r2")).toBe("Failed LiveSlotUnknown");
    expect(end.releases.r2?.status?.message).toMatch(
      /^could not start within 30m: the plan's status was lost/,
    );
    expect(end.cluster.shares(PLAN)).toEqual({ "shop-blue": 100, "shop-green": 0 });
    expect(end.cluster.slots.desired("green")).toBe(4);
  });

  it("goes on as soon as somebody sends the traffic to the side that serves", async () => {
    const mend = later(500, (cluster) => send(cluster, { "shop-blue": 0, "shop-green": 100 }));
    const end = await world(direct, later(300, unclear), later(400, release), mend);
    expect(planSays(end.plan, "Stalled")).toBeUndefined();
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan.liveSlot).toBe("blue");
  });

  it("goes on as soon as somebody says which slot is live", async () => {
    const say = later(500, ({ store }) => {
      store.edit("plans", PLAN, (p) => ({ ...p, status: { ...(p.status as object), liveSlot: "green" } }));
    });
    const end = await world(direct, later(300, unclear), later(400, release), say);
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan.liveSlot).toBe("blue");
  });
});
