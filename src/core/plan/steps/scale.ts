import { readWeight, renderWeight } from "../../../base/weight.ts";
import { type CapacityBasis, desiredReplicas, readyFor, requiredReplicas, scaleUp } from "../capacity.ts";
import { beginEnding, readyEndpoints, selectPreview } from "../ending.ts";
import { holdFloors, loweredFloors } from "../floors.ts";
import { isSlot } from "../names.ts";
import { holdRelease, releaseHold } from "../rules/holds.ts";
import { problemOf } from "../rules/losses.ts";
import {
  candidate,
  elapsed,
  enterStage,
  intend,
  liveBefore,
  positionOf,
  type Run,
  runId,
  say,
  settled,
  stepOf,
  uidOf,
  weightOf,
} from "../run.ts";
import { nextStep } from "./next.ts";

/** Brings the candidate to the size that the coming share needs, and waits until that many are ready. */
export function scaleCandidate(run: Run): void {
  const step = stepOf(run);
  const weight = readWeight(step.capacityFor);
  const slot = run.observed.slots[candidate(run)];
  selectPreview(run);
  const writes = scaleUp(slot, desiredReplicas(basisOf(run), weight), runId(run));
  const scaleKey = `${uidOf(run)}/scale/${step.name}`;
  if (writes.length > 0) {
    intend(run, {
      kind: "scale",
      key: scaleKey,
      slot: candidate(run),
      workloads: writes,
    });
  }
  if (!liveHasCapacity(run)) return;
  // An autoscaler whose floor is still to be raised could take away what is ready now.
  const floorsStand = writes.every((w) => w.autoscaler === undefined);
  if (floorsStand && readyFor(slot, run.release.metadata.name, shareBasisOf(run), weight)) {
    if (writes.length === 0) settled(run, (key) => key !== scaleKey);
    if (step.kind === "deploy") nextStep(run, "Deployed", `${candidate(run)} is ready`);
    else enterStage(run, "shift");
    return;
  }
  const need = requiredReplicas(shareBasisOf(run), weight);
  const have = slot.readyEndpoints;
  say(
    run,
    `waiting for ${candidate(run)}: ${have} of ${need} replicas ready for ${renderWeight(weight)}${problemOf(run)}${loweredFloors(slot, runId(run))}`,
  );
  if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) {
    beginEnding(run, {
      outcome: "Reverted",
      reason: "ProgressDeadline",
      message: `${candidate(run)} was not ready within ${run.frozen.timing.progress}: ${have} of ${need} replicas${problemOf(run)}`,
    });
  }
}

/**
 * A candidate that has its share keeps the size of it: replicas that somebody took away come back. Answers whether as
 * many are ready as the share needs.
 */
export function keepCandidate(run: Run): boolean {
  const step = stepOf(run);
  if (step.kind !== "traffic" && step.kind !== "observe") return true;
  const slot = run.observed.slots[candidate(run)];
  const key = `${uidOf(run)}/scale/${step.name}`;
  const workloads = scaleUp(slot, desiredReplicas(basisOf(run), weightOf(step)), runId(run));
  if (workloads.length > 0) intend(run, { kind: "scale", key, slot: candidate(run), workloads });
  else settled(run, (k) => k !== key);
  return slot.readyEndpoints >= requiredReplicas(shareBasisOf(run), weightOf(step));
}

/** What the candidate is sized by: the most that the live side had, or what it has where nothing counts yet. */
const basisOf = (run: Run): CapacityBasis => ({
  replicas: run.frozen.replicas,
  floor: run.status.floor ?? run.status.rises?.at(-1)?.ready ?? 0,
});

/** What a share is given by: also by more than the floor that the live side has at this moment. */
export const shareBasisOf = (run: Run): CapacityBasis => ({
  replicas: run.frozen.replicas,
  floor: Math.max(run.status.floor ?? 0, run.status.rises?.at(-1)?.ready ?? 0),
});

/** Until the release ends, no autoscaler that Bascule made takes the old slot below the most that it had. */
export function holdLiveFloor(run: Run): void {
  const live = liveBefore(run);
  const floor = run.status.floor ?? 0;
  if (!isSlot(live) || floor === 0) return;
  const key = `${uidOf(run)}/scale/live`;
  const workloads = holdFloors(run.observed.slots[live], floor, runId(run));
  if (workloads.length > 0) intend(run, { kind: "scale", key, slot: live, workloads });
  else settled(run, (k) => k !== key);
}

/** An adopted workload below the most that it had since the start holds the release: it may have to take all back. */
function liveHasCapacity(run: Run): boolean {
  const live = liveBefore(run);
  const floor = run.status.floor ?? 0;
  if (live === "none" || readyEndpoints(run, live) >= floor) {
    releaseHold(run, "CapacityBelowFloor");
    return true;
  }
  const lowered = isSlot(live) ? loweredFloors(run.observed.slots[live], runId(run)) : "";
  holdRelease(
    run,
    "CapacityBelowFloor",
    `${live} has ${readyEndpoints(run, live)} ready replicas and had ${floor}; bring it back to ${floor} before traffic moves${lowered}`,
  );
  if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) {
    beginEnding(run, {
      outcome: "Reverted",
      reason: "CapacityBelowFloor",
      message: `${live} stayed below ${floor} ready replicas for ${run.frozen.timing.progress}`,
    });
  }
  return false;
}
