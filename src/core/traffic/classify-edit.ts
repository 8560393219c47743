/** What somebody else's edit of our weights amounts to (design, section 5: foreign edits). */
import { EVERYTHING } from "../../base/weight.ts";
import type { TrafficObservation } from "./observation.ts";
import { SIDES, type Side, type Split, sidesOf } from "./sides.ts";

export type ForeignEdit =
  | "none"
  /** The object, or all rules that were given, is gone. */
  | "gone"
  /** A side that should be in the rules is no longer there, or not in all of them. */
  | "backendRemoved"
  /** Traffic goes to a side without ready endpoints, or nowhere. */
  | "unreadyTarget"
  /** A backend of nobody we know has a share. */
  | "foreignBackend"
  /** The candidate has more than its step gives it. */
  | "raised"
  /** The candidate has less than its step gives it, at least in one rule. */
  | "lowered"
  /** The split differs otherwise; between releases: it went towards ready endpoints. */
  | "moved";

export interface EditContext {
  /** The side being released; absent between releases. */
  readonly candidate?: Side;
  /** Whether a side has ready endpoints; a side that is not named has none. */
  readonly ready: Readonly<Partial<Record<Side, boolean>>>;
}

/**
 * Judges what is observed against what was written last. The gravest finding wins: what could hurt users
 * before what only differs. Shares are compared, so the same split in other units is no edit.
 */
export function classifyEdit(
  observed: Pick<TrafficObservation, "exists" | "split" | "mixed" | "missing">,
  expected: Split,
  context: EditContext,
): ForeignEdit {
  if (!observed.exists || sidesOf(observed.split).length === 0) return "gone";
  if (pointsNowhere(observed.split, expected, context)) return "unreadyTarget";
  const absent = sidesOf(expected).some(
    (side) => observed.split[side] === undefined || (observed.missing ?? []).includes(side),
  );
  if (absent) return "backendRemoved";
  const sum = SIDES.reduce((total, side) => total + (observed.split[side] ?? 0), 0);
  if (!observed.mixed && sum > 0 && sum < EVERYTHING) return "foreignBackend";
  return compareShares(observed, expected, context.candidate);
}

/** A side without ready endpoints got more than was written, or no side has anything. */
function pointsNowhere(split: Split, expected: Split, { ready }: EditContext): boolean {
  const served = SIDES.filter((side) => (split[side] ?? 0) > 0);
  if (served.length === 0) return SIDES.some((side) => (expected[side] ?? 0) > 0);
  return served.some((side) => (split[side] ?? 0) > (expected[side] ?? 0) && ready[side] !== true);
}

function compareShares(
  observed: Pick<TrafficObservation, "split" | "mixed">,
  expected: Split,
  candidate: Side | undefined,
): ForeignEdit {
  if (candidate !== undefined) {
    const [is, should] = [observed.split[candidate] ?? 0, expected[candidate] ?? 0];
    if (is > should) return "raised";
    // Where the rules differ, `is` is the largest share: another rule gives the candidate less.
    if (is < should || (observed.mixed && should > 0)) return "lowered";
  }
  const differs = SIDES.some((side) => (observed.split[side] ?? 0) !== (expected[side] ?? 0));
  return differs || observed.mixed ? "moved" : "none";
}
