import type { ReleasePlanStatus, Slot } from "../../api/release-plan.ts";
import type { Instant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import type { Observed } from "./observed.ts";
import { removeStack } from "./remove-stack.ts";

/** Whether the stack of a slot is to be removed, or its removal has begun. */
export const mustRemove = (observed: Observed, status: ReleasePlanStatus, slot: Slot): boolean =>
  status.removal?.slot === slot ||
  (observed.plan.spec.retention.idleSlot === "Destroy" && observed.slots[slot].workloads.length > 0);

/**
 * Removes the stack of a slot that was retired, where `retention.idleSlot` asks for it. A removal that has begun goes
 * on until it has succeeded and the slot is seen empty, or a release needs the slot.
 */
export function removeIdleSlot(
  observed: Observed,
  status: ReleasePlanStatus,
  slot: Slot,
  now: Instant,
  out: Output,
): ReleasePlanStatus {
  const { removal, ...rest } = status;
  const { slot: _, ...state } = removal ?? { slot };
  const operation = `retire-${slot}-${status.sequence ?? 0}`;
  const found = removeStack({ observed, now, out, part: slot, operation, state });
  if (found.kind === "waiting") return { ...rest, removal: { slot, ...found.state } };
  // Done, and not yet seen so: forgetting it now would begin it again, in every pass until the cache shows it.
  if (removal !== undefined && observed.slots[slot].workloads.length > 0) return status;
  const { [slot]: __, ...slots } = status.slots ?? {};
  return { ...rest, slots };
}
