import type { Weight } from "../../base/weight.ts";
import { buildFloor } from "./floors.ts";
import type { ScaleTarget } from "./intents.ts";
import type { SlotObservation, WorkloadObservation } from "./observed.ts";

/** What capacity depends on: the plan's size, and the most ready replicas that the live side had (`live-floor.ts`). */
export interface CapacityBasis {
  readonly replicas: number;
  readonly floor: number;
}

/**
 * Ready replicas that a slot needs before it may get share `weight`:
 * max(1, ⌈weight × floor⌉), or the plan's replicas (by share) where nothing was ready. Design, section 5.
 */
export function requiredReplicas(basis: CapacityBasis, weight: Weight): number {
  const whole = basis.floor > 0 ? basis.floor : basis.replicas;
  return Math.max(1, ceilShare(weight, whole));
}

/** Replicas to ask for at a share: never below what is required, and the plan's size by share. */
export function desiredReplicas(basis: CapacityBasis, weight: Weight): number {
  return Math.max(requiredReplicas(basis, weight), ceilShare(weight, basis.replicas));
}

/** ⌈weight × n⌉ without the error of binary fractions: weights are whole basis points. */
const ceilShare = (weight: Weight, n: number): number => Math.ceil((weight * n) / 10_000);

/**
 * The writes that bring the slot that `run` builds to at least `replicas`; empty when it is there. Never scales a slot
 * down.
 */
export function scaleUp(slot: SlotObservation, replicas: number, run: string): readonly ScaleTarget[] {
  return slot.workloads.flatMap((w) => scaleWorkloadUp(w, replicas, run));
}

function scaleWorkloadUp(w: WorkloadObservation, replicas: number, run: string): readonly ScaleTarget[] {
  if (w.autoscaler === undefined) {
    return w.desired >= replicas ? [] : [resize(w, replicas)];
  }
  const floor = buildFloor(w.autoscaler, replicas, run);
  // An autoscaler leaves a workload at zero alone, so it is woken by one write of replicas.
  const wake = w.desired === 0;
  if (floor === undefined && !wake) return [];
  return [
    {
      ...(wake ? resize(w, Math.min(replicas, w.autoscaler.maxReplicas)) : { kind: w.kind, name: w.name }),
      ...(floor === undefined ? {} : { autoscaler: floor }),
    },
  ];
}

const resize = ({ kind, name, resourceVersion }: WorkloadObservation, replicas: number): ScaleTarget => ({
  kind,
  name,
  replicas,
  ...(resourceVersion === undefined ? {} : { resourceVersion }),
});

/** Replicas that a slot's workloads ask for. */
export const desiredOf = (slot: SlotObservation): number =>
  slot.workloads.reduce((sum, w) => sum + w.desired, 0);

/** The writes that scale a slot to nothing; empty when it is there. */
export const scaleToZero = (slot: SlotObservation): readonly ScaleTarget[] =>
  slot.workloads.filter((w) => w.desired > 0).map((w) => resize(w, 0));

/** Whether all workloads of the slot run this release, in full. */
export const runsRelease = (slot: SlotObservation, release: string): boolean =>
  slot.workloads.length > 0 && slot.workloads.every((w) => w.release === release && w.current);

/** Ready for a share: every workload runs the release and enough endpoints are ready behind the Service. */
export function readyFor(
  slot: SlotObservation,
  release: string,
  basis: CapacityBasis,
  weight: Weight,
): boolean {
  return runsRelease(slot, release) && slot.readyEndpoints >= requiredReplicas(basis, weight);
}
