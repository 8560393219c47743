/**
 * Floors of autoscalers (`minReplicas`) belong to the programs; a release borrows them. What it borrowed stands on the
 * autoscaler itself, written in the same request as the floor, so that nothing else has to survive for it to be given back
 * (ADR 15).
 */
import type { Slot } from "../../api/release-plan.ts";
import type { Output } from "./decision.ts";
import type { FloorWrite, ScaleTarget } from "./intents.ts";
import type { AutoscalerObservation, Observed, RaisedFloor, SlotObservation } from "./observed.ts";

export const renderRaised = ({ to, former, run }: RaisedFloor): string => `${to}/${former}/${run}`;

/** Reads the annotation; a text that is none of ours is as if it were not there. */
export function readRaised(text: string | undefined): RaisedFloor | undefined {
  const [, to, former, run] = /^(\d+)\/(\d+)\/(.+)$/.exec(text ?? "") ?? [];
  return run === undefined ? undefined : { to: Number(to), former: Number(former), run };
}

/** Somebody took the floor down after this run had raised it: their hand wins, and the run raises it no more. */
const isLowered = ({ raised, minReplicas }: AutoscalerObservation, run: string): boolean =>
  raised?.run === run && minReplicas < raised.to;

/** The floor as it is when no release borrows it: what stood there before, or what somebody wrote since. */
const ownFloor = ({ raised, minReplicas }: AutoscalerObservation): number =>
  raised !== undefined && raised.to === minReplicas ? raised.former : minReplicas;

/** Raises the floor of a slot that serves; what stood there before is given back, whoever wrote it. */
export function raiseFloor(a: AutoscalerObservation, replicas: number, run: string): FloorWrite | undefined {
  const to = Math.min(replicas, a.maxReplicas);
  if (isLowered(a, run) || a.minReplicas >= to) return undefined;
  return floorWrite(a, { to, former: ownFloor(a), run });
}

/**
 * Raises the floor of a slot that is being built. It begins anew with what the program declares: what a former occupant
 * left is void, and the stack's apply does not write the field. From then on it is raised as any other.
 */
export function buildFloor(a: AutoscalerObservation, replicas: number, run: string): FloorWrite | undefined {
  if (a.raised?.run === run || a.declared === undefined) return raiseFloor(a, replicas, run);
  const to = Math.max(a.declared, Math.min(replicas, a.maxReplicas));
  return floorWrite(a, { to, former: a.declared, run });
}

const floorWrite = (a: AutoscalerObservation, raised: RaisedFloor): FloorWrite => ({
  name: a.name,
  minReplicas: raised.to,
  raised: renderRaised(raised),
  ...versionOf(a),
});

/**
 * The writes that give the borrowed floors of a slot back; empty when there are none. Right as soon as no release needs
 * the slot: between releases, and when the plan goes.
 */
export const giveFloorsBack = (slot: SlotObservation): readonly ScaleTarget[] =>
  slot.workloads.flatMap(({ kind, name, autoscaler: a }) =>
    a?.raised === undefined
      ? []
      : [
          {
            kind,
            name,
            autoscaler: {
              name: a.name,
              ...(a.raised.to === a.minReplicas ? { minReplicas: a.raised.former } : {}),
              ...versionOf(a),
            },
          },
        ],
  );

/**
 * The writes that keep autoscalers from taking the live slot below the most that it had since the release started.
 * Of several workloads nobody knows which one serves how much, so each keeps at most what it has.
 */
export const holdFloors = (slot: SlotObservation, floor: number, run: string): readonly ScaleTarget[] =>
  slot.workloads.flatMap(({ kind, name, desired, autoscaler: a }) => {
    const needed = slot.workloads.length === 1 ? floor : Math.min(floor, desired);
    const write = a === undefined ? undefined : raiseFloor(a, needed, run);
    return write === undefined ? [] : [{ kind, name, autoscaler: write }];
  });

/** What people should know about floors that somebody took down, as the end of a sentence. */
export function loweredFloors(slot: SlotObservation, run: string): string {
  const lowered = slot.workloads.flatMap(({ autoscaler: a }) =>
    a !== undefined && isLowered(a, run) ? [`${a.name} (now ${a.minReplicas})`] : [],
  );
  return lowered.length === 0 ? "" : `; somebody else set minReplicas of ${lowered.join(", ")}, which stays`;
}

/** Gives back what was borrowed in these slots, each slot by one intent. */
export function restFloors(observed: Observed, slots: readonly Slot[], out: Output): void {
  const { name, uid } = observed.plan.metadata;
  for (const slot of slots) {
    const workloads = giveFloorsBack(observed.slots[slot]);
    if (workloads.length === 0) continue;
    out.intents.push({ kind: "scale", key: `${uid ?? name}/floors/${slot}`, slot, workloads });
  }
}

const versionOf = ({ resourceVersion }: AutoscalerObservation): Pick<FloorWrite, "resourceVersion"> =>
  resourceVersion === undefined ? {} : { resourceVersion };
