import type { ReleasePlan, ReleasePlanStatus } from "../../api/release-plan.ts";
import type { Decision, Output } from "./decision.ts";
import type { Observed } from "./observed.ts";

/** Keeps a plan that owns something in the cluster until that has been put in order. */
export const PLAN_FINALIZER = "bascule.dev/plan";

export const isGuarded = (plan: ReleasePlan): boolean =>
  plan.metadata.finalizers?.includes(PLAN_FINALIZER) === true;

export const isBeingDeleted = (plan: ReleasePlan): boolean => plan.metadata.deletionTimestamp !== undefined;

/** Whether a release of the plan has begun, or what an earlier plan of its name left was taken over. */
export const ownsAnything = ({ activeRelease, liveSlot, deletion }: ReleasePlanStatus): boolean =>
  activeRelease !== undefined || liveSlot !== undefined || deletion !== undefined;

/** Puts the finalizer on a plan that owns something, or is about to: a release starts only on a guarded plan. */
export function guardPlan(
  observed: Observed,
  status: ReleasePlanStatus,
  starting: boolean,
  out: Output,
): void {
  const { plan } = observed;
  if (isBeingDeleted(plan) || isGuarded(plan) || !(starting || ownsAnything(status))) return;
  const { name, uid } = plan.metadata;
  out.intents.push({ kind: "addFinalizer", key: `${uid ?? name}/guard`, object: "plan", name });
}

/**
 * What was found of a lost status counts only once the plan has its finalizer: deleted in between, it would go without
 * putting in order what it has just been told of. A revert waits for nothing.
 */
export function guardFirst(seen: Observed, observed: Observed, decision: Decision): Decision {
  const { plan } = observed;
  if (observed === seen || isGuarded(plan) || isBeingDeleted(plan)) return decision;
  const intents = decision.intents.filter((i) => i.kind === "addFinalizer" && i.object === "plan");
  const former = seen.plan.status ?? { observedGeneration: -1 };
  return { ...decision, plan: former, releases: {}, intents, facts: [] };
}

/** Lets a plan that is being deleted go. */
export function letPlanGo({ plan }: Pick<Observed, "plan">, out: Output): void {
  if (!isBeingDeleted(plan) || !isGuarded(plan)) return;
  const { name, uid } = plan.metadata;
  out.intents.push({ kind: "removeFinalizer", key: `${uid ?? name}/unguard`, object: "plan", name });
}
