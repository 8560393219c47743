import { readWeight, renderWeight } from "../../../base/weight.ts";
import { type CapacityBasis, desiredReplicas, readyFor, requiredReplicas, scaleUp } from "../capacity.ts";
import { beginEnding, readyEndpoints, selectPreview } from "../ending.ts";
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
  say,
  stepOf,
  uidOf,
} from "../run.ts";
import { nextStep } from "./next.ts";

/** Brings the candidate to the size that the coming share needs, and waits until that many are ready. */
export function scaleCandidate(run: Run): void {
  const step = stepOf(run);
  const weight = readWeight(step.capacityFor);
  const basis = basisOf(run);
  const slot = run.observed.slots[candidate(run)];
  selectPreview(run);
  const writes = scaleUp(slot, desiredReplicas(basis, weight));
  if (writes.length > 0) {
    intend(run, {
      kind: "scale",
      key: `${uidOf(run)}/scale/${step.name}`,
      slot: candidate(run),
      workloads: writes,
    });
  }
  if (!liveHasCapacity(run)) return;
  if (readyFor(slot, run.release.metadata.name, basis, weight)) {
    run.status = { ...run.status, intents: (run.status.intents ?? []).filter((i) => i.kind !== "scale") };
    if (step.kind === "deploy") nextStep(run, "Deployed", `${candidate(run)} is ready`);
    else enterStage(run, "shift");
    return;
  }
  const need = requiredReplicas(basis, weight);
  const have = slot.readyEndpoints;
  say(
    run,
    `waiting for ${candidate(run)}: ${have} of ${need} replicas ready for ${renderWeight(weight)}${problemOf(run)}`,
  );
  if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) {
    beginEnding(run, {
      outcome: "Reverted",
      reason: "ProgressDeadline",
      message: `${candidate(run)} was not ready within ${run.frozen.timing.progress}: ${have} of ${need} replicas${problemOf(run)}`,
    });
  }
}

export const basisOf = (run: Run): CapacityBasis => ({
  replicas: run.frozen.replicas,
  floor: run.status.floor ?? 0,
});

/** An adopted workload below the most that it had since the start holds the release: it may have to take all back. */
function liveHasCapacity(run: Run): boolean {
  const live = liveBefore(run);
  const floor = run.status.floor ?? 0;
  if (live === "none" || readyEndpoints(run, live) >= floor) {
    releaseHold(run, "CapacityBelowFloor");
    return true;
  }
  holdRelease(
    run,
    "CapacityBelowFloor",
    `${live} has ${readyEndpoints(run, live)} ready replicas and had ${floor}; bring it back to ${floor} before traffic moves`,
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
