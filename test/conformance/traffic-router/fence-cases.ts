import { expect, it } from "vitest";
import { afterFirst, atShare, OLD, observe, RUNS, revert, shift, split, writeOf } from "./steps.ts";
import type { MakeWorld } from "./world.ts";

const STALE = { ok: false, error: { kind: "stale" } } as const;

export function fenceCases(makeWorld: MakeWorld): void {
  it("lets no forward write of a run land after its revert, however fresh its reading", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    const before = observe(world).resourceVersion ?? "";
    await revert(world, OLD, RUNS.first);
    const forward = split({ adopted: 5_000, blue: 5_000 });
    const old = await world.router.shift({ ...writeOf(world, forward, RUNS.first), resourceVersion: before });
    expect(old.ok).toBe(false);
    expect(await shift(world, forward, RUNS.first)).toMatchObject(STALE);
    expect(await shift(world, split({ blue: 10_000, green: 0 }), RUNS.first, "completed")).toMatchObject(
      STALE,
    );
    await world.sync();
    expect(observe(world).split).toEqual(OLD);
  });

  it("tells a late leader whose cache stood still that its run was taken back", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    const seen = observe(world).resourceVersion ?? "";
    // The revert is made by somebody whose writes this adapter doesn't know of.
    world.follow(false);
    const forward = writeOf(world, split({ adopted: 5_000, blue: 5_000 }), RUNS.first);
    world.beforeNextWrite(async () => {
      await revert(world, OLD, RUNS.first);
    });
    const answer = await world.router.shift({ ...forward, resourceVersion: seen });
    expect(answer.ok).toBe(false);
    world.follow(true);
    await world.sync();
    expect(observe(world)).toMatchObject({ split: OLD, reverted: RUNS.first });
  });

  it("lets no write of an earlier run land once a later one has begun", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    await shift(world, split({ blue: 8_000, green: 2_000 }), RUNS.second);
    await world.sync();
    expect(await shift(world, split({ blue: 10_000, green: 0 }), RUNS.first)).toMatchObject(STALE);
    expect(await revert(world, split({ adopted: 10_000, blue: 0 }), RUNS.first)).toMatchObject(STALE);
    expect(observe(world)).toMatchObject({ split: { blue: 8_000, green: 2_000 }, run: RUNS.second });
  });

  it("lets no revert of a run land after its completion: the old slot is retired", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    expect(await revert(world, OLD, RUNS.first)).toMatchObject(STALE);
    await world.sync();
    expect(observe(world).split).toEqual({ blue: 10_000, green: 0 });
  });

  it("lets the completion be said again, to correct what somebody did between releases", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    await world.setWeights({ blue: 1, green: 1 });
    expect(await shift(world, split({ blue: 10_000, green: 0 }), RUNS.first, "completed")).toMatchObject({
      ok: true,
    });
    await world.sync();
    expect(observe(world).split).toEqual({ blue: 10_000, green: 0 });
  });

  it("lets the next run begin after a revert and after a completion", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    await revert(world, OLD, RUNS.first);
    await atShare(world, 1_000, RUNS.second);
    expect(observe(world)).toMatchObject({ split: { adopted: 9_000, blue: 1_000 }, run: RUNS.second });
    expect(await revert(world, OLD, RUNS.second)).toMatchObject({ ok: true });
    await atShare(world, 10_000, RUNS.third);
    expect(observe(world).run).toBe(RUNS.third);
  });

  it("fences a run off by a revert that came before its first forward write", async () => {
    const world = await makeWorld();
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
    expect(await shift(world, split({ adopted: 9_000, blue: 1_000 }), RUNS.first)).toMatchObject(STALE);
  });

  it("refuses a revert against a run that begins at the same moment", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    const later = split({ adopted: 7_000, blue: 3_000 });
    world.follow(false);
    const resourceVersion = observe(world).resourceVersion ?? "";
    world.beforeNextWrite(async () => {
      const begun = await world.router.shift({ ...writeOf(world, later, RUNS.second), resourceVersion });
      expect(begun).toMatchObject({ ok: true });
    });
    expect(await revert(world, OLD, RUNS.first)).toMatchObject(STALE);
    world.follow(true);
    await world.sync();
    expect(observe(world)).toMatchObject({ split: later, run: RUNS.second });
  });
}
