import type { Release } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import type { Instant } from "../../base/instant.ts";
import { adoptionState } from "./adoption.ts";
import { type ConditionState, setConditions } from "./conditions.ts";
import type { DeletionWait } from "./deletion/farewell.ts";
import { finishedService } from "./entries.ts";
import type { Observed } from "./observed.ts";
import { failedPackage } from "./package.ts";
import { keptText } from "./shared/kept.ts";
import { UNPROVEN } from "./silence.ts";

export interface PlanFindings {
  /** Warning about traffic between releases. */
  readonly contested?: string;
  /** What the entry stack made and is not there. */
  readonly gone?: string;
  /** The idle slot was scaled down without having been seen silent. */
  readonly unproven?: { readonly reason: string; readonly message: string };
  /** Why the live side can't be told. */
  readonly liveProblem?: string;
  /** What the plan's deletion waits for. */
  readonly ending?: DeletionWait;
}

/** Conditions of a plan: Ready while its live side serves. */
export function withPlanConditions(
  observed: Observed,
  status: ReleasePlanStatus,
  findings: PlanFindings,
  now: Instant,
): ReleasePlanStatus {
  const generation = observed.plan.metadata.generation ?? 0;
  return {
    ...status,
    observedGeneration: generation,
    conditions: setConditions(status.conditions, statesOf(observed, status, findings), generation, now),
  };
}

function statesOf(
  observed: Observed,
  status: ReleasePlanStatus,
  findings: PlanFindings,
): readonly ConditionState[] {
  const states: ConditionState[] = [readiness(observed, status)];
  const problem = observed.planProblem ?? findings.liveProblem;
  if (findings.ending !== undefined)
    return [...states, ...ending(findings.ending), ...kept(observed, status)];
  if (problem !== undefined) {
    const reason = observed.planProblem === undefined ? "LiveSlotUnknown" : "PlanInvalid";
    states.push({ type: "Stalled", status: "True", reason, message: problem });
  } else {
    const failed = failedPackage(observed, status);
    if (failed !== undefined) states.push(packageFailed(failed));
  }
  if (status.activeRelease !== undefined) {
    const message = `${status.activeRelease} is in progress`;
    states.push({ type: "Reconciling", status: "True", reason: "Releasing", message });
  }
  if (findings.contested !== undefined) {
    states.push({
      type: "RouteContested",
      status: "True",
      reason: "ForeignEdit",
      message: findings.contested,
    });
  }
  if (findings.gone !== undefined) {
    const reason = status.restoring?.problem?.reason ?? "Gone";
    const message = findings.gone.slice(0, 1024);
    states.push({ type: "EntryIncomplete", status: "True", reason, message });
  }
  if (findings.unproven !== undefined) {
    const { reason, message } = findings.unproven;
    states.push({ type: UNPROVEN, status: "True", reason, message });
  }
  const { removal } = status;
  if (removal?.problem !== undefined) {
    const { reason, message } = removal.problem;
    states.push({ type: "IdleSlotRemains", status: "True", reason, message });
  }
  if (status.legacyService !== undefined) {
    states.push({
      type: "LegacyBackend",
      status: "True",
      reason: "NotRemoved",
      message: `the former Service ${status.legacyService} gets no more traffic through the route; it is yours to remove, or becomes the plan's entry: bascule adopt ${observed.plan.metadata.name} --finish`,
    });
  }
  return [...states, ...adoption(observed, status)];
}

/** How far the end of an adoption is: only where it is asked for, or was done. */
function adoption(observed: Observed, status: ReleasePlanStatus): readonly ConditionState[] {
  const service = observed.plan.spec.traffic?.finishAdoption?.service ?? finishedService(status);
  if (service === undefined) return [];
  const seen = adoptionState(observed, status, service);
  const type = "AdoptionFinished";
  if (seen.state === "possible")
    return [
      {
        type,
        status: "False",
        reason: "Finishing",
        message: `Service ${service} is being switched to ${seen.slot}`,
      },
    ];
  if (seen.problem !== undefined) return [{ type, status: "False", ...seen.problem }];
  const message = `Service ${service} is the plan's entry and follows the live slot; the pods that it selected before get nothing through it any more and are their owner's to remove`;
  return [{ type, status: "True", reason: "Finished", message }];
}

/** The plan can't get to where its `spec.package` wants it; what is live serves all the same. */
function packageFailed(release: Release): ConditionState {
  const { phase, message = "" } = release.status ?? {};
  const { version } = release.spec.package;
  const text = `spec.package ${version} ended as ${phase}: ${message}; put in another package (release ${release.metadata.name})`;
  return { type: "Stalled", status: "True", reason: `Package${phase}`, message: text.slice(0, 1024) };
}

/** While a plan is being deleted only that is told, and by whom it is held up. */
function ending({ message, stalled }: DeletionWait): readonly ConditionState[] {
  const going: ConditionState = { type: "Reconciling", status: "True", reason: "Terminating", message };
  return stalled === undefined
    ? [going]
    : [{ type: "Stalled", status: "True", reason: stalled, message }, going];
}

function kept({ plan }: Observed, status: ReleasePlanStatus): readonly ConditionState[] {
  const message = keptText(plan.metadata.name, status);
  if (message === undefined) return [];
  return [{ type: "SharedPartKept", status: "True", reason: "Data", message: message.slice(0, 1024) }];
}

function readiness(observed: Observed, status: ReleasePlanStatus): ConditionState {
  const live = status.liveSlot ?? "none";
  if (live === "none") {
    return {
      type: "Ready",
      status: "False",
      reason: "NothingLive",
      message: "nothing has been released yet",
    };
  }
  const ready =
    live === "adopted" ? (observed.adopted?.readyEndpoints ?? 0) : observed.slots[live].readyEndpoints;
  return ready > 0
    ? {
        type: "Ready",
        status: "True",
        reason: "Serving",
        message: `${live} serves with ${ready} ready replicas`,
      }
    : { type: "Ready", status: "False", reason: "NotServing", message: `${live} has no ready endpoint` };
}
