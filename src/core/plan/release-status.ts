import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { Instant } from "../../base/instant.ts";
import { type ConditionState, setConditions } from "./conditions.ts";
import { isFinal, isFinished } from "./phases.ts";

/** Conditions of a release in the manner of kstatus, from its phase and hold. */
export function withConditions(release: Release, status: ReleaseStatus, now: Instant): ReleaseStatus {
  const generation = release.metadata.generation ?? 0;
  return {
    ...status,
    observedGeneration: generation,
    conditions: setConditions(status.conditions, statesOf(status), generation, now),
  };
}

function statesOf(status: ReleaseStatus): readonly ConditionState[] {
  const phase = status.phase ?? "Pending";
  const last = status.journal?.entries.at(-1)?.reason ?? phase;
  const message = status.message ?? "";
  const states: ConditionState[] = [
    { type: "Finished", status: isFinished(phase) ? "True" : "False", reason: phase, message },
  ];
  if (phase === "Completed") states.push({ type: "Ready", status: "True", reason: last, message });
  else if (phase !== "Superseded" && phase !== "Cancelled") {
    states.push({ type: "Ready", status: "False", reason: phase, message });
  }
  if (phase === "Failed" || phase === "Reverted" || phase === "RevertFailed") {
    states.push({ type: "Stalled", status: "True", reason: last, message });
  }
  if (!isFinal(phase)) states.push({ type: "Reconciling", status: "True", reason: phase, message });
  const problem = status.journal?.problem;
  if (problem !== undefined) states.push({ type: "JournalProblem", status: "True", ...problem });
  if (status.hold !== undefined) {
    states.push({ type: "Held", status: "True", reason: status.hold.reason, message: status.hold.message });
  }
  return states;
}
