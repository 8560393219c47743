import { expect, it } from "vitest";
import { atShare, OLD, observe, RUNS, revert, split } from "./steps.ts";
import type { MakeWorld } from "./world.ts";

export function revertCases(makeWorld: MakeWorld): void {
  it("brings all traffic back in one write that says why, and keeps the candidate in at 0 %", async () => {
    const world = await makeWorld();
    const before = await world.restOfObject();
    await atShare(world, 5_000);
    expect(await revert(world, OLD, RUNS.first)).toEqual({ ok: true, value: undefined });
    await world.sync();
    expect(observe(world)).toMatchObject({ split: OLD, run: RUNS.first, reverted: RUNS.first });
    expect(await world.restOfObject()).toEqual(before);
  });

  it("does the same twice as once", async () => {
    const world = await makeWorld();
    await atShare(world, 5_000);
    await revert(world, OLD, RUNS.first);
    const after = await world.version();
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
    await world.sync();
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
    expect(await world.version()).toBe(after);
  });

  it("does not lose against a gateway that writes status at the same moment", async () => {
    const world = await makeWorld();
    await atShare(world, 5_000);
    world.beforeNextWrite(() => world.gatewaySays({}));
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
    await world.sync();
    expect(observe(world).split).toEqual(OLD);
  });

  it("does not lose against a person who sets the weights at the same moment", async () => {
    const world = await makeWorld();
    await atShare(world, 5_000);
    world.beforeNextWrite(() => world.setWeights({ adopted: 1, blue: 7 }));
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
    await world.sync();
    expect(observe(world)).toMatchObject({ split: OLD, reverted: RUNS.first });
  });

  it("goes on from a cache that has not seen the forward write", async () => {
    const world = await makeWorld();
    await world.sync();
    world.follow(false);
    await world.router.shift({
      namespace: world.namespace,
      target: world.target,
      backends: world.backends,
      split: split({ adopted: 5_000, blue: 5_000 }),
      run: RUNS.first,
      resourceVersion: observe(world).resourceVersion ?? "",
    });
    await world.setWeights({ adopted: 2, blue: 3 });
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
    world.follow(true);
    await world.sync();
    expect(observe(world)).toMatchObject({ split: OLD, reverted: RUNS.first });
  });

  it("puts back a backend that somebody removes, before and at the same moment", async () => {
    for (const moment of ["before", "at once"]) {
      const world = await makeWorld();
      await atShare(world, 5_000);
      if (moment === "before") await world.removeBackend("adopted");
      else world.beforeNextWrite(() => world.removeBackend("adopted"));
      expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
      await world.sync();
      expect(observe(world).split).toEqual(OLD);
    }
  });

  it("does not wait for the gateway's acceptance", async () => {
    const world = await makeWorld();
    await atShare(world, 5_000);
    await world.gatewaySays({ accepted: false });
    await world.sync();
    expect(observe(world).accepted).toBe(false);
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
  });

  it("can leave everybody at 0 % where nothing was live before", async () => {
    const world = await makeWorld();
    await atShare(world, 10_000);
    const nothing = split({ blue: 0, green: 0 });
    expect(await revert(world, nothing, RUNS.first)).toMatchObject({ ok: true });
    await world.sync();
    expect(observe(world).split).toEqual(nothing);
  });

  it("says that the object is gone", async () => {
    const world = await makeWorld();
    await atShare(world, 5_000);
    await world.deleteObject();
    await world.sync();
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ error: { kind: "notFound" } });
  });
}
