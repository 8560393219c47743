import { expect, it } from "vitest";
import { afterFirst, atShare, observe } from "./steps.ts";
import type { MakeWorld } from "./world.ts";

export function observationCases(makeWorld: MakeWorld): void {
  it("reads any weights that people write as shares", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    for (const [weights, shares] of [
      [
        { blue: 1, green: 1 },
        { blue: 5_000, green: 5_000 },
      ],
      [
        { blue: 2, green: 1 },
        { blue: 6_667, green: 3_333 },
      ],
      [
        { blue: 7, green: 0 },
        { blue: 10_000, green: 0 },
      ],
      [
        { blue: 0, green: 0 },
        { blue: 0, green: 0 },
      ],
      [
        { blue: 1_000_000, green: 1 },
        { blue: 9_999, green: 1 },
      ],
    ] as const) {
      await world.setWeights(weights);
      await world.sync();
      expect(observe(world).split).toEqual(shares);
    }
  });

  it("tells who wrote last when that was not Bascule", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    expect(observe(world).foreignManager).toBeUndefined();
    await world.setWeights({ adopted: 50, blue: 50 });
    await world.sync();
    expect(observe(world).foreignManager).toBe("kubectl-edit");
  });

  it("shows a removed backend as absent and missing", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    await world.removeBackend("green");
    await world.sync();
    expect(observe(world)).toMatchObject({
      split: { blue: 10_000 },
      missing: expect.arrayContaining(["green"]),
    });
    expect(observe(world).split.green).toBeUndefined();
  });

  it("shows a foreign backend and what it takes away", async () => {
    const world = await makeWorld();
    await afterFirst(world);
    await world.addForeignBackend("intruder", 100);
    await world.sync();
    expect(observe(world).split).toEqual({ blue: 5_000, green: 0 });
    expect(observe(world).foreign).toHaveLength(1);
  });

  it("is in force only when the counting parent has accepted the present generation", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    expect(observe(world)).toMatchObject({
      accepted: false,
      problem: expect.stringMatching(/not.*reported/),
    });
    await world.gatewaySays({ behind: 1 });
    await world.sync();
    expect(observe(world).accepted).toBe(false);
    await world.gatewaySays({ parent: "other" });
    await world.sync();
    expect(observe(world).accepted).toBe(false);
    await world.gatewaySays({});
    await world.sync();
    expect(observe(world).accepted).toBe(true);
    await world.gatewaySays({ parent: "other", accepted: false });
    await world.sync();
    expect(observe(world).accepted).toBe(true);
    await world.gatewaySays({ resolved: false });
    await world.sync();
    expect(observe(world)).toMatchObject({
      accepted: false,
      problem: expect.stringContaining("ResolvedRefs"),
    });
  });

  it("is no longer in force once the object has changed again", async () => {
    const world = await makeWorld();
    await atShare(world, 2_000);
    await world.gatewaySays({});
    await world.sync();
    expect(observe(world).accepted).toBe(true);
    await atShare(world, 3_000);
    expect(observe(world).accepted).toBe(false);
  });
}
