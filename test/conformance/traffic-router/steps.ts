import { basisPoints } from "../../../src/base/weight.ts";
import type { Side, Split, TrafficObservation, TrafficWrite } from "../../../src/ports/traffic-router.ts";
import type { World } from "./world.ts";

/** Runs of three releases, one after the other. */
export const RUNS = { first: "uid-1/1", second: "uid-2/2", third: "uid-3/3" } as const;

/** `split({green: 2000, blue: 8000})`, in basis points. */
export const split = (shares: Readonly<Partial<Record<Side, number>>>): Split =>
  Object.fromEntries(Object.entries(shares).map(([side, share]) => [side, basisPoints(share)]));

export const observe = (world: World): TrafficObservation =>
  world.router.observe(world.namespace, world.target, world.backends);

export function writeOf(world: World, to: Split, run: string, end?: TrafficWrite["end"]): TrafficWrite {
  const { namespace, target, backends } = world;
  return { namespace, target, backends, split: to, run, ...(end === undefined ? {} : { end }) };
}

/** Moves forward on the version that the adapter shows now. */
export async function shift(world: World, to: Split, run: string, end?: TrafficWrite["end"]) {
  await world.sync();
  const resourceVersion = observe(world).resourceVersion ?? "";
  return world.router.shift({ ...writeOf(world, to, run, end), resourceVersion });
}

export const revert = (world: World, to: Split, run: string) => world.router.revert(writeOf(world, to, run));

/** A world in the middle of its first release. */
export async function atShare(world: World, share: number, run: string = RUNS.first): Promise<void> {
  const moved = await shift(world, split({ adopted: 10_000 - share, blue: share }), run);
  if (!moved.ok) throw new Error(moved.error.message);
  await world.sync();
}

/** A world whose first release is complete: blue serves, green stands by. */
export async function afterFirst(world: World): Promise<void> {
  await atShare(world, 10_000);
  const done = await shift(world, split({ blue: 10_000, green: 0 }), RUNS.first, "completed");
  if (!done.ok) throw new Error(done.error.message);
  await world.sync();
}

export const OLD = split({ adopted: 10_000, blue: 0 });
