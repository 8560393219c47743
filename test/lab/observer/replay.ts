import type { Instant } from "../../../src/base/instant.ts";
import type { Sighting } from "./sighting.ts";

/** What the observer knew at one moment. */
export interface Picture {
  readonly at: Instant;
  /** Share in percent by Service; the highest of all routes. */
  readonly shares: Readonly<Record<string, number>>;
  readonly ready: Readonly<Record<string, number>>;
  /** Side that is live: `adopted`, `blue`, `green`. */
  readonly live: string | undefined;
  readonly active: string | undefined;
  /** Most ready endpoints that the live side had since the active release started. */
  readonly floor: number;
}

/** Where the sides of a plan are. */
export interface Sides {
  readonly plan: string;
  /** The user's own Service. */
  readonly adopted: string;
}

/** Service of a side. */
export const serviceOfSide = (sides: Sides, side: string): string =>
  side === "adopted" ? sides.adopted : `${sides.plan}-${side}`;

/** The picture before and after each sighting. */
export function* replay(
  log: readonly Sighting[],
  sides: Sides,
): Generator<{ readonly sighting: Sighting; readonly before: Picture; readonly after: Picture }> {
  const routes = new Map<string, Readonly<Record<string, number>>>();
  let before: Picture = {
    at: 0 as Instant,
    shares: {},
    ready: {},
    live: undefined,
    active: undefined,
    floor: 0,
  };
  for (const sighting of log) {
    let after: Picture = { ...before, at: sighting.at };
    if (sighting.kind === "route") {
      routes.set(sighting.name, sighting.shares);
      after = { ...after, shares: highest(routes.values()) };
    } else if (sighting.kind === "endpoints") {
      after = { ...after, ready: { ...before.ready, [sighting.service]: sighting.ready } };
    } else if (sighting.kind === "plan" && sighting.name === sides.plan) {
      const floor = sighting.active === before.active ? before.floor : 0;
      after = { ...after, live: sighting.live, active: sighting.active, floor };
    }
    if (after.live !== undefined && after.active !== undefined) {
      const ready = after.ready[serviceOfSide(sides, after.live)] ?? 0;
      after = { ...after, floor: Math.max(after.floor, ready) };
    }
    yield { sighting, before, after };
    before = after;
  }
}

/** Replicas that a share in percent takes of a floor. */
export const replicasFor = (share: number, floor: number): number => Math.ceil((share / 100) * floor - 1e-9);

function highest(all: Iterable<Readonly<Record<string, number>>>): Record<string, number> {
  const most: Record<string, number> = {};
  for (const shares of all)
    for (const [service, share] of Object.entries(shares))
      most[service] = Math.max(most[service] ?? 0, share);
  return most;
}
