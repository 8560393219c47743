import { describe, expect, it } from "vitest";
import type { WorldEnd } from "../world/judge-end.ts";
import { fate, later, plan, planSays, told, world } from "./support.ts";

const direct = { strategy: "direct", weights: [] } as const;
const occupants = ({ cluster: { slots } }: WorldEnd) => [slots.release("blue"), slots.release("green")];
const newer = (seconds: number) => later(seconds, (cluster) => void cluster.makeRelease("r2", "1.2.0"));

describe("the slot that no longer serves", () => {
  it("is kept, scaled to nothing, unless its removal is asked for", async () => {
    const end = await world(direct);
    expect(occupants(end)).toEqual(["r0", "r1"]);
    expect(end.cluster.slots.desired("blue")).toBe(0);
    expect(told(end, "stack destroy")).toBe(false);
  });

  it("is removed once it is drained, and its Service stays in the route", async () => {
    const end = await world({ ...direct, idleSlot: "Destroy" });
    expect(fate(end)).toBe("Completed Completed");
    expect(occupants(end)).toEqual([undefined, "r1"]);
    expect(end.plan.removal).toBeUndefined();
    expect(Object.keys(end.plan.slots ?? {})).toEqual(["green"]);
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 0, "shop-green": 100 });
  });

  it("is removed after a revert too, when that is what is left", async () => {
    const end = await world({ ...direct, idleSlot: "Destroy", broken: true });
    expect(fate(end)).toBe("Failed ProgressDeadline");
    expect(occupants(end)).toEqual(["r0", undefined]);
  });

  it("is removed later where the plan says so later", async () => {
    const end = await world(direct, later(300, plan({ retention: { idleSlot: "Destroy" } })));
    expect(occupants(end)).toEqual([undefined, "r1"]);
  });

  it("is removed once, and not again and again, while the cache still shows it", async () => {
    const blindness = [{ of: "slots", fromMs: 57_000, forMs: 60_000 }] as const;
    const end = await world({ ...direct, idleSlot: "Destroy", blindness });
    expect(occupants(end)).toEqual([undefined, "r1"]);
    expect(end.plan.removal).toBeUndefined();
    expect(end.timeline.filter((line) => line.includes("stack destroy"))).toHaveLength(1);
    const from = end.timeline.findIndex((line) => line.includes("stack destroy"));
    const writes = end.timeline.slice(from).filter((line) => line.includes("status plans shop"));
    expect(writes.length).toBeLessThan(5);
  });

  it("is built anew by the next release, and then the other one goes", async () => {
    const end = await world({ ...direct, idleSlot: "Destroy" }, newer(300));
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(occupants(end)).toEqual(["r2", undefined]);
    expect(end.cluster.shares("shop")).toEqual({ "shop-blue": 100, "shop-green": 0 });
  });

  it("whose removal fails is tried again, and the plan says so meanwhile", async () => {
    let said: string | undefined;
    const stackResults = ["ok", "conflict", "conflict", "ok"] as const;
    const end = await world(
      { ...direct, idleSlot: "Destroy", stackResults },
      ...Array.from({ length: 200 }, (_, second) =>
        later(second, ({ store }) => {
          const status = store.get("plans", "shop")?.status as typeof end.plan | undefined;
          said ??= status === undefined ? undefined : planSays(status, "IdleSlotRemains");
        }),
      ),
    );
    expect(said).toBe("True StackConflict");
    expect(planSays(end.plan, "IdleSlotRemains")).toBeUndefined();
    expect(occupants(end)).toEqual([undefined, "r1"]);
  });

  it("that a release needs while it is being removed is applied after that", async () => {
    const end = await world({ ...direct, idleSlot: "Destroy", stackMs: 20_000 }, newer(75));
    expect(fate(end, "r2")).toBe("Completed Completed");
    expect(end.plan.liveSlot).toBe("blue");
    expect(end.plan.removal).toBeUndefined();
  });
});
