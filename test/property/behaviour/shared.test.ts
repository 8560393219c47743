import { describe, expect, it } from "vitest";
import type { Release } from "../../../src/api/release.ts";
import type { ReleasePlan } from "../../../src/api/release-plan.ts";
import type { Cluster } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { at, fate, later, planSays, reasons, signature, told, world } from "./support.ts";

const direct = { strategy: "direct", weights: [] } as const;
const replaced = { ...direct, shared: "replaced" } as const;

const release = ({ store }: Cluster, name: string) => store.get("releases", name) as unknown as Release;
const planOf = ({ store }: Cluster) => store.get("plans", "shop") as unknown as ReleasePlan | undefined;
const storeIn = (end: WorldEnd): unknown => end.cluster.shared.store;
/** Line of the timeline in which a text comes first. */
const when = (end: WorldEnd, text: string): number => end.timeline.findIndex((line) => line.includes(text));
/** Somebody promotes the deploy step and names a change. */
const approve = (seconds: number, change: string) =>
  later(seconds, ({ store }) => {
    store.edit("releases", "r1", (r) => ({
      ...r,
      spec: {
        ...(r.spec as object),
        control: { promote: { by: "ann", reason: "it is a cache", step: "deploy", change } },
      },
    }));
  });

/** The change that status shows is promoted. */
const promoteAt = (seconds: number) => [
  later(seconds, (cluster) => {
    const change = release(cluster, "r1").status?.shared?.change?.id ?? "none";
    approve(0, change).do(cluster);
  }),
];

describe("what both slots share", () => {
  it("is applied before the slot, which learns what it gave out", async () => {
    const end = await world({ ...direct, start: "nothing", routes: "create", shared: "kept" });
    expect(fate(end)).toBe("Completed Completed");
    expect(reasons(end)).toContain("SharedApplied");
    expect(when(end, "/shared/1 ends")).toBeGreaterThan(-1);
    expect(when(end, "/shared/1 ends")).toBeLessThan(when(end, "/slot/1"));
    expect(end.cluster.slotOutputs.blue).toEqual({ store: "store-1" });
    expect(end.plan.shared).toMatchObject({
      release: "r1",
      outputs: { store: "store-1" },
      objects: ["Store shop"],
    });
    expect(end.plan.shared?.digest).toBe(end.cluster.shared.digest);
  });

  it.each([
    ["goes well at once", [], "1 created, 0 updated, 0 replaced, 0 deleted"],
    ["has done all before it is cut off", ["halfDone"], "nothing was left to change"],
  ] as const)("stands on record when its apply %s", async (_, stackResults, what) => {
    const end = await world({ ...direct, start: "nothing", routes: "create", shared: "kept", stackResults });
    const entries = end.releases.r1?.status?.journal?.entries ?? [];
    const [applied] = entries.filter(({ reason }) => reason === "SharedApplied");
    expect(applied?.message).toBe(`the shared part was applied: ${what}`);
    expect(fate(end)).toBe("Completed Completed");
  });

  it("is left alone by a release that wants the same, and its slot learns the same", async () => {
    const end = await world({ ...direct, shared: "kept" });
    expect(fate(end)).toBe("Completed Completed");
    expect(told(end, "/shared/")).toBe(false);
    expect(end.cluster.slotOutputs.green).toEqual({ store: "store-1" });
    expect(end.plan.shared?.release).toBe("r0");
  });

  it("is not taken back with the release", async () => {
    const end = await world({ ...replaced, steps: { afterMs: 1_000, verdict: "failed" } }, ...promoteAt(30));
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(storeIn(end)).toBe(2);
    expect(end.plan.shared).toMatchObject({ release: "r1", outputs: { store: "store-2" } });
  });

  it("fails the release before traffic when it can't be applied, and says so", async () => {
    const end = await world({ ...replaced, stackResults: ["invalid"] });
    expect(fate(end)).toBe("Failed StackInvalid");
    expect(end.releases.r1?.status?.message).toContain(
      "the shared part was not applied: default.shop.shared: simulated invalid",
    );
    expect(told(end, "patch routes")).toBe(false);
    expect(storeIn(end)).toBe(1);
  });

  it("is tried again where the failure may pass", async () => {
    const end = await world({ ...replaced, stackResults: ["unreachable", "conflict"] }, ...promoteAt(40));
    expect(fate(end)).toBe("Completed Completed");
    expect(storeIn(end)).toBe(2);
  });
});

describe("a change of it that replaces something", () => {
  it("waits for a person before anything is touched, and ends without one", async () => {
    let held: Release | undefined;
    const end = await world(
      replaced,
      later(60, (cluster) => {
        held = release(cluster, "r1");
      }),
    );
    expect(held?.status?.hold?.reason).toBe("SharedChangeNeedsApproval");
    expect(held?.status?.hold?.message).toContain("replace Store shop");
    expect(held?.status?.hold?.message).toContain("bascule promote r1");
    expect(held?.status?.shared).toMatchObject({ state: "withheld", change: { objects: [{}] } });
    expect(fate(end)).toBe("Failed WaitDeadline");
    expect(storeIn(end)).toBe(1);
    expect(end.plan.liveSlot).toBe("blue");
  });

  it("goes on under the name of who promotes just that", async () => {
    const end = await world(replaced, ...promoteAt(60));
    expect(fate(end)).toBe("Completed Completed");
    expect(reasons(end)).toEqual(expect.arrayContaining(["SharedChangeApproved", "SharedApplied"]));
    const entry = end.releases.r1?.status?.journal?.entries.find((e) => e.reason === "SharedChangeApproved");
    expect(entry).toMatchObject({
      by: "ann",
      message: "approved by ann: replace Store shop: it is a cache",
    });
    expect(end.releases.r1?.status?.shared?.approvedBy).toBe("ann");
    expect(storeIn(end)).toBe(2);
    expect(end.cluster.slotOutputs.green).toEqual({ store: "store-2" });
  });

  it("is not approved by a word for another change, nor by one without any, given before or after", async () => {
    const end = await world(
      { ...replaced, events: [at(2, "promote"), at(60, "pause"), at(70, "unpause")] },
      approve(80, "0123456789abcdef"),
    );
    expect(fate(end)).toBe("Failed WaitDeadline");
    expect(storeIn(end)).toBe(1);
  });

  it("holds again when it would be another one by the time it was approved", async () => {
    let second: Release | undefined;
    const swap = later(59, ({ shared }) => shared.meddle());
    const look = later(100, (cluster) => {
      second = release(cluster, "r1");
    });
    const end = await world(replaced, swap, ...promoteAt(60), look, ...promoteAt(120));
    expect(second?.status?.hold?.message).toContain("would delete Table orders; replace Store shop");
    expect(fate(end)).toBe("Completed Completed");
    expect(storeIn(end)).toBe(2);
  });

  it("does not survive an abort: nothing was touched", async () => {
    const end = await world({ ...replaced, events: [at(60, "abort")] });
    expect(fate(end)).toBe("Cancelled Aborted");
    expect(signature(end)).toBe("ann");
    expect(storeIn(end)).toBe(1);
  });

  it("is known after a crash without another look", async () => {
    const end = await world({ ...replaced, events: [at(50, "restart")] }, ...promoteAt(90));
    expect(fate(end)).toBe("Completed Completed");
    expect(end.timeline.filter((line) => line.endsWith("/shared/1"))).toHaveLength(1);
    expect(storeIn(end)).toBe(2);
  });
});

describe("an operation on it that has begun", () => {
  it("is not cancelled with its release, and the next one is not taken in by what stood before", async () => {
    const end = await world(
      { ...replaced, stackMs: 20_000, events: [at(110, "abort")] },
      ...promoteAt(80),
      later(200, (cluster) => void cluster.makeRelease("r2", "1.0.0")),
    );
    expect(fate(end)).toBe("Cancelled Aborted");
    // r2 is what was live all the time, and yet there is something to do.
    expect(reasons(end, "r2")).not.toContain("NothingToDo");
    expect(fate(end, "r2")).toBe("Failed WaitDeadline");
    expect(storeIn(end)).toBe(2);
  });
});

describe("a plan that is deleted", () => {
  it.each(["Orphan", "Delete"] as const)(
    "leaves it under the policy %s, and says so",
    async (deletionPolicy) => {
      let said: string | undefined;
      const end = await world(
        { ...direct, shared: "kept", deletionPolicy, routes: "create", events: [at(300, "deletePlan")] },
        ...Array.from({ length: 60 }, (_, second) =>
          later(300 + second, (cluster) => {
            const status = planOf(cluster)?.status;
            if (status !== undefined) said ??= planSays(status, "SharedPartKept");
          }),
        ),
      );
      expect(end.isPlanGone).toBe(true);
      expect(said).toBe("True Data");
      expect(storeIn(end)).toBe(1);
    },
  );
});

describe("a dry run", () => {
  it("shows what would need approval, and changes nothing", async () => {
    const end = await world({ ...replaced, events: [at(120, "dryRun")] });
    const { phase, preview, message } = end.releases.r2?.status ?? {};
    expect(phase).toBe("Completed");
    expect(preview).toMatchObject({
      shared: {
        needsApproval: expect.any(String),
        objects: [{ object: "Store shop", operation: "replace" }],
      },
    });
    expect(message).toContain("before it the shared part, which needs approval: replace Store shop");
    expect(storeIn(end)).toBe(1);
  });

  it("shows that nothing would happen to it where the same stands", async () => {
    const end = await world({ ...direct, shared: "kept", events: [at(200, "dryRun")] });
    expect(end.releases.r2?.status?.preview).toMatchObject({ shared: { objects: [] } });
    expect(told(end, "/preview-shared/")).toBe(false);
  });
});
