import { expect, it } from "vitest";
import { afterFirst, atShare, OLD, observe, RUNS, shift, split, writeOf } from "./steps.ts";
import type { MakeWorld } from "./world.ts";

export function forwardCases(makeWorld: MakeWorld): void {
  it("puts the candidate beside the user's Service at 0 % and touches nothing else", async () => {
    const world = await makeWorld();
    const before = await world.restOfObject();
    expect(await shift(world, OLD, RUNS.first)).toEqual({ ok: true, value: undefined });
    await world.sync();
    expect(observe(world)).toMatchObject({ split: OLD, mixed: false, foreign: [], run: RUNS.first });
    expect(await world.restOfObject()).toEqual(before);
  });

  it("reads back every share that it wrote, whole percents and finer ones", async () => {
    const world = await makeWorld();
    for (const share of [0, 50, 100, 500, 3_333, 5_000, 9_999, 10_000]) {
      await atShare(world, share);
      expect(observe(world).split).toEqual(split({ adopted: 10_000 - share, blue: share }));
    }
  });

  it("leaves edits of others elsewhere in the object as they are through a whole release", async () => {
    const world = await makeWorld();
    await atShare(world, 500);
    await world.touchElsewhere("in the middle");
    const edited = await world.restOfObject();
    await atShare(world, 5_000);
    await afterFirst(world);
    expect(await world.restOfObject()).toEqual(edited);
  });

  it("writes nothing at all when the object already says it", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    const before = await world.version();
    for (let round = 0; round < 10; round++) await atShare(world, 2_000);
    expect(await world.version()).toBe(before);
  });

  it("is refused as a conflict when the object has changed since it was looked at", async () => {
    const world = await makeWorld();
    await atShare(world, 500);
    const resourceVersion = observe(world).resourceVersion ?? "";
    await world.touchElsewhere("meanwhile");
    await world.sync();
    const late = writeOf(world, split({ adopted: 5_000, blue: 5_000 }), RUNS.first);
    expect(await world.router.shift({ ...late, resourceVersion })).toMatchObject({
      ok: false,
      error: { kind: "conflict" },
    });
    await world.sync();
    expect(observe(world).split).toEqual(split({ adopted: 9_500, blue: 500 }));
  });

  it("is refused as a conflict when the cache has not heard of the change", async () => {
    const world = await makeWorld();
    await atShare(world, 500);
    world.follow(false);
    const resourceVersion = observe(world).resourceVersion ?? "";
    await world.setWeights({ adopted: 100, blue: 0 });
    const late = writeOf(world, split({ adopted: 5_000, blue: 5_000 }), RUNS.first);
    expect(await world.router.shift({ ...late, resourceVersion })).toMatchObject({
      ok: false,
      error: { kind: "conflict" },
    });
    world.follow(true);
    await world.sync();
    expect(observe(world).split).toEqual(split({ adopted: 10_000, blue: 0 }));
  });

  it("shows its own write although the cache is behind", async () => {
    const world = await makeWorld();
    await atShare(world, 500);
    world.follow(false);
    const resourceVersion = observe(world).resourceVersion ?? "";
    const to = split({ adopted: 5_000, blue: 5_000 });
    expect(await world.router.shift({ ...writeOf(world, to, RUNS.first), resourceVersion })).toMatchObject({
      ok: true,
    });
    expect(observe(world).split).toEqual(to);
    world.follow(true);
  });

  it("takes the user's Service out at completion and keeps both slots in, also at 0 %", async () => {
    const world = await makeWorld();
    const before = await world.restOfObject();
    await afterFirst(world);
    expect(observe(world)).toMatchObject({ split: { blue: 10_000, green: 0 }, completed: RUNS.first });
    expect(observe(world).split.adopted).toBeUndefined();
    expect(await world.restOfObject()).toEqual(before);
  });

  it("takes all share from a backend of nobody we know, and leaves it there", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    await world.addForeignBackend("intruder", 300);
    await atShare(world, 3_000);
    expect(observe(world)).toMatchObject({ split: { adopted: 7_000, blue: 3_000 } });
    expect(observe(world).foreign.join()).toContain("intruder");
  });

  it("refuses shares that don't add up, and an object that is not there", async () => {
    const world = await makeWorld();
    await world.sync();
    expect(await shift(world, split({ adopted: 5_000, blue: 4_000 }), RUNS.first)).toMatchObject({
      error: { kind: "invalid" },
    });
    await world.deleteObject();
    await world.sync();
    expect(observe(world)).toMatchObject({ exists: false, accepted: false });
    expect(await shift(world, OLD, RUNS.first)).toMatchObject({ error: { kind: "notFound" } });
  });
}
