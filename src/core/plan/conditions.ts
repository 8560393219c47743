import type { Condition } from "../../api/common.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";

export type ConditionState = Omit<Condition, "lastTransitionTime" | "observedGeneration">;

/**
 * Lays new states over the conditions: a type that is not named goes away, and the transition time moves
 * only when the status does.
 */
export function setConditions(
  before: readonly Condition[] | undefined,
  states: readonly ConditionState[],
  generation: number,
  now: Instant,
): Condition[] {
  return states.map((state) => {
    const old = before?.find((c) => c.type === state.type);
    return {
      ...state,
      lastTransitionTime: old?.status === state.status ? old.lastTransitionTime : renderInstant(now),
      observedGeneration: generation,
    };
  });
}
