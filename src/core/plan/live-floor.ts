import type { ReleaseStatus } from "../../api/release.ts";
import { seconds } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";

/**
 * More ready replicas than are asked for count as what the live side has once they lasted for so long. A rolling restart
 * has one more for a moment, which a candidate need not match and the live side may never reach again.
 */
export const LASTING = seconds(3);
/** Numbers above the floor that are followed at once; of more of them, those in between are left out. */
const MOST_RISES = 4;

type Rise = NonNullable<ReleaseStatus["rises"]>[number];

/** The most ready replicas that count, and larger numbers that are there and do not count yet. */
export interface LiveFloor {
  readonly floor: number;
  /** Each larger and younger than the one before. */
  readonly rises: readonly Rise[];
  /** When the oldest of these has lasted, if it still is there. */
  readonly due?: Instant;
}

/** Replicas of the live side. */
export interface LiveReplicas {
  readonly ready: number;
  /** What its workloads ask for, where that is known: so many count at once. */
  readonly desired?: number;
}

/** Takes in how many replicas of the live side are ready now; between two looks it is taken to have been as at both. */
export function raiseLiveFloor(
  before: { readonly floor?: number | undefined; readonly rises?: readonly Rise[] | undefined },
  { ready, desired = 0 }: LiveReplicas,
  now: Instant,
): LiveFloor {
  const rises = riseTo(before.rises ?? [], ready, now);
  const lasted = rises.filter(({ since }) => plus(instantOf(since, now), LASTING) <= now);
  const steady = Math.min(ready, desired);
  const floor = Math.max(before.floor ?? 0, steady, ...lasted.map((rise) => rise.ready));
  const left = rises.filter((rise) => rise.ready > floor);
  const [first] = left;
  return {
    floor,
    rises: left.length > MOST_RISES ? [...left.slice(0, 1), ...left.slice(1 - MOST_RISES)] : left,
    ...(first === undefined ? {} : { due: plus(instantOf(first.since, now), LASTING) }),
  };
}

/** What is above `ready` is over; so many have been there since the first of what is over, or since now. */
function riseTo(rises: readonly Rise[], ready: number, now: Instant): readonly Rise[] {
  const stay = rises.filter((rise) => rise.ready < ready);
  const since = rises[stay.length]?.since ?? renderInstant(now);
  return [...stay, { ready, since: renderInstant(instantOf(since, now)) }];
}

/** A time that is unreadable or to come is now: a clock was put back. */
function instantOf(text: string, now: Instant): Instant {
  const at = readInstant(text) ?? now;
  return at > now ? now : at;
}
