import { expect, it } from "vitest";
import { afterFirst, atShare, OLD, observe, RUNS, revert, shift, split } from "./steps.ts";
import type { MakeWorld } from "./world.ts";

export function adoptionCases(makeWorld: MakeWorld): void {
  const slotsOf = ({ backends }: Awaited<ReturnType<MakeWorld>>) => ({
    blue: backends.blue,
    green: backends.green,
  });

  it("finds the only Service behind an object of the user's own, and what the plan would be given", async () => {
    const world = await makeWorld();
    await world.gatewaySays({});
    await world.sync();
    const finding = world.router.adopt(world.namespace, world.route, slotsOf(world));
    expect(finding).toEqual({ ok: true, target: world.target, service: world.backends.adopted });
  });

  it("adopts nothing that is not there, and says so with the field", async () => {
    const world = await makeWorld();
    const finding = world.router.adopt(world.namespace, { ...world.route, name: "nowhere" }, slotsOf(world));
    expect(finding).toMatchObject({ ok: false, reason: "RouteNotFound" });
    expect(!finding.ok && finding.message).toContain("name");
  });

  it("refuses several Services, and names them", async () => {
    const world = await makeWorld();
    await world.gatewaySays({});
    await world.addForeignBackend("other", 1);
    await world.sync();
    const finding = world.router.adopt(world.namespace, world.route, slotsOf(world));
    expect(finding).toMatchObject({ ok: false, reason: "SeveralBackends" });
    expect(!finding.ok && finding.message).toContain("other");
  });

  it("names no Service once the object points to the slots alone", async () => {
    const world = await makeWorld();
    await world.gatewaySays({});
    await atShare(world, 10_000);
    await shift(world, split({ blue: 10_000, green: 0 }), RUNS.first, "completed");
    await world.sync();
    const finding = world.router.adopt(world.namespace, world.route, slotsOf(world));
    expect(finding).toEqual({ ok: true, target: world.target });
  });

  it("gives the object back without any mark when a plan ends, and may adopt it anew", async () => {
    const world = await makeWorld();
    await world.gatewaySays({});
    await atShare(world, 2_000);
    const released = await shift(world, split({ adopted: 10_000 }), RUNS.first, "released");
    expect(released).toEqual({ ok: true, value: undefined });
    await world.sync();
    expect(observe(world)).toMatchObject({ split: { adopted: 10_000 } });
    expect(observe(world).run).toBeUndefined();
    expect(world.router.adopt(world.namespace, world.route, slotsOf(world))).toMatchObject({ ok: true });
  });

  it("gives the object back without the idle slot, and with every weight that people made of the others", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    await world.addForeignBackend("theirs", 100);
    await world.sync();
    expect(observe(world).split).toEqual(split({ blue: 5_000, green: 0 }));
    expect(await shift(world, split({ blue: 10_000 }), RUNS.first, "released")).toMatchObject({ ok: true });
    await world.sync();
    expect(observe(world)).toMatchObject({ split: split({ blue: 5_000 }), mixed: false });
    expect(observe(world).split.green).toBeUndefined();
    expect([observe(world).run, observe(world).completed]).toEqual([undefined, undefined]);
  });

  it("gives what a side that leaves still had to the one that stays", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    await world.setWeights({ blue: 0, green: 100 });
    expect(await shift(world, split({ blue: 10_000 }), RUNS.first, "released")).toMatchObject({ ok: true });
    await world.sync();
    expect(observe(world).split).toEqual(split({ blue: 10_000 }));
  });

  it("does not let a revert that was under way go on once the object was given back", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    world.beforeNextWrite(async () => {
      await shift(world, split({ blue: 10_000 }), RUNS.first, "released");
    });
    expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: false, error: { kind: "stale" } });
    await world.sync();
    expect(observe(world).split).toEqual(split({ blue: 10_000 }));
  });

  it("refuses an object that carries another plan's mark", async () => {
    const world = await makeWorld();
    await world.gatewaySays({});
    await atShare(world, 2_000);
    const others = { blue: { service: "cart-blue", port: 1 }, green: { service: "cart-green", port: 1 } };
    await world.removeBackend("blue");
    await world.sync();
    const finding = world.router.adopt(world.namespace, world.route, others);
    expect(finding).toMatchObject({ ok: false, reason: "RouteInUse" });
  });
}
