import type { FrozenRelease } from "../../api/frozen.ts";
import type { Live } from "../../api/release-plan.ts";
import { complement, EVERYTHING, NOTHING, type Weight } from "../../base/weight.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import { type Side, type Split, sameSplit } from "../traffic/sides.ts";
import { otherSlot } from "./names.ts";

/** The split in which the candidate has share `weight` and the live side the rest. */
export function splitFor(frozen: Pick<FrozenRelease, "slot" | "live">, weight: Weight): Split {
  const other = otherSlot(frozen.slot);
  if (frozen.live === "none") return { [frozen.slot]: weight, [other]: NOTHING };
  return { [frozen.slot]: weight, [frozen.live]: complement(weight) };
}

/** The split between releases: everything to the live side, both slots named. */
export function restSplit(live: Live): Split {
  if (live === "adopted") return { adopted: EVERYTHING };
  return {
    blue: live === "blue" ? EVERYTHING : NOTHING,
    green: live === "green" ? EVERYTHING : NOTHING,
  };
}

/** The split that puts everything on one side while all sides of the release stay in the rules. */
export function allTo(frozen: Pick<FrozenRelease, "slot" | "live">, side: Live): Split {
  if (side === frozen.slot) return splitFor(frozen, EVERYTHING);
  return splitFor(frozen, NOTHING);
}

/** A side that is absent counts as nothing, so a rule that never named it is not rewritten for it. */
export const shareOf = (split: Split, side: Side): Weight => split[side] ?? NOTHING;

/** Whether a traffic object says exactly this split; sides named at 0 must be present, others absent. */
export const says = (seen: TrafficObservation, wanted: Split): boolean =>
  seen.exists && !seen.mixed && sameSplit(seen.split, wanted);

/** Largest share that a side has in any of the traffic objects. */
export const largestShare = (traffic: readonly TrafficObservation[], side: Side): Weight =>
  traffic.reduce<Weight>(
    (most, t) => (shareOf(t.split, side) > most ? shareOf(t.split, side) : most),
    NOTHING,
  );
