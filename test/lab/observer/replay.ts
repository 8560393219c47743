import { milliseconds } from "../../../src/base/duration.ts";
import { type Instant, plus } from "../../../src/base/instant.ts";
import { LastingReady } from "./lasting.ts";
import type { Sighting } from "./sighting.ts";

/** What was there for long counts if it still is there so long after a release's start: an autoscaler may be at work. */
const AT_START = milliseconds(1_500);

/** What the observer knew at one moment. */
export interface Picture {
  readonly at: Instant;
  /** Share in percent by Service; the highest of all routes. */
  readonly shares: Readonly<Record<string, number>>;
  readonly ready: Readonly<Record<string, number>>;
  /** Side that is live: `adopted`, `blue`, `green`. */
  readonly live: string | undefined;
  readonly active: string | undefined;
  /** Most ready endpoints that the live side had for some seconds since the active release started. */
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

/** Nothing was seen but that something lasted. */
interface Elapsed {
  readonly kind: "elapsed";
  readonly at: Instant;
}

interface Change {
  readonly sighting: Sighting | Elapsed;
  readonly before: Picture;
  readonly after: Picture;
}

/** The picture before and after each sighting, and each time when the live side had lasted as it was. */
export function* replay(log: readonly Sighting[], sides: Sides): Generator<Change> {
  const routes = new Map<string, Readonly<Record<string, number>>>();
  const lasting = new LastingReady();
  let started = 0 as Instant;
  let before: Picture = {
    at: 0 as Instant,
    shares: {},
    ready: {},
    live: undefined,
    active: undefined,
    floor: 0,
  };
  /** Raises the floor, step by step, to what had lasted by a time. */
  function* raised(until: Instant): Generator<Change> {
    for (;;) {
      const { live, active, floor } = before;
      if (live === undefined || active === undefined) return;
      const rise = lasting.next(serviceOfSide(sides, live), floor, plus(started, AT_START), until);
      if (rise === undefined) return;
      const after = { ...before, at: rise.since, floor: rise.ready };
      yield { sighting: { kind: "elapsed", at: rise.since }, before, after };
      before = after;
    }
  }
  for (const sighting of log) {
    yield* raised(sighting.at);
    let after: Picture = { ...before, at: sighting.at };
    if (sighting.kind === "route") {
      routes.set(sighting.name, sighting.shares);
      after = { ...after, shares: highest(routes.values()) };
    } else if (sighting.kind === "endpoints") {
      lasting.see(sighting.service, sighting.ready, sighting.at);
      after = { ...after, ready: { ...before.ready, [sighting.service]: sighting.ready } };
    } else if (sighting.kind === "plan" && sighting.name === sides.plan) {
      const floor = sighting.active === before.active ? before.floor : 0;
      if (sighting.active !== before.active) started = sighting.at;
      after = { ...after, live: sighting.live, active: sighting.active, floor };
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
