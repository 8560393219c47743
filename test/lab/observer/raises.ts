import { milliseconds } from "../../../src/base/duration.ts";
import { type Instant, renderInstant } from "../../../src/base/instant.ts";
import { type Picture, replay, replicasFor, type Sides, serviceOfSide } from "./replay.ts";
import type { Sighting } from "./sighting.ts";

/** Watches of different kinds may be this far apart. */
const APART = milliseconds(1_500);

interface Raise {
  readonly at: Instant;
  readonly slot: string;
  readonly share: number;
}

/**
 * Raises of a candidate's share since `from` for which it had too few ready endpoints in every picture near them, a sentence each.
 * Pods that go after a raise don't count, unlike in the law "capacity before traffic".
 */
export function raisesWithoutCapacity(
  log: readonly Sighting[],
  sides: Sides,
  from: Instant,
): readonly string[] {
  const raises: Raise[] = [];
  const pictures: Picture[] = [];
  for (const { sighting, before, after } of replay(log, sides)) {
    pictures.push(after);
    if (sighting.kind !== "route" || after.active === undefined || sighting.at < from) continue;
    for (const slot of ["blue", "green"].filter((s) => s !== after.live)) {
      const service = serviceOfSide(sides, slot);
      const share = after.shares[service] ?? 0;
      if (share > (before.shares[service] ?? 0)) raises.push({ at: sighting.at, slot, share });
    }
  }
  return raises.flatMap((raise) => {
    const near = nearTo(pictures, raise.at).map((picture) => capacityIn(picture, sides, raise));
    if (near.some(({ have, need }) => have >= need)) return [];
    const seen = near.map(({ have, need, after }) => `${have} of ${need} at ${after} ms`).join(", ");
    return [`${renderInstant(raise.at)}: ${raise.slot} was raised to ${raise.share} % with ${seen}`];
  });
}

/** Pictures that held at some moment near this one: each holds until the next. */
const nearTo = (pictures: readonly Picture[], at: Instant): readonly Picture[] =>
  pictures.filter((picture, i) => {
    const until = pictures[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    return picture.at <= at + APART && until >= at - APART;
  });

function capacityIn(picture: Picture, sides: Sides, { at, slot, share }: Raise) {
  return {
    have: picture.ready[serviceOfSide(sides, slot)] ?? 0,
    need: replicasFor(share, picture.floor),
    after: Math.round(picture.at - at),
  };
}
