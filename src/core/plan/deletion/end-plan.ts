import type { Live, ReleasePlanStatus } from "../../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../../base/instant.ts";
import type { Output } from "../decision.ts";
import { restFloors } from "../floors.ts";
import { isGuarded, letPlanGo, ownsAnything } from "../guard-plan.ts";
import { resolveLive } from "../live.ts";
import { isSlot } from "../names.ts";
import type { Observed } from "../observed.ts";
import { tellKept } from "../shared/kept.ts";
import { destroyStacks } from "./destroy.ts";
import { type DeletionWait, type Farewell, waitFor } from "./farewell.ts";
import { giveBack } from "./give-back.ts";

export interface PlanEnd {
  readonly plan: ReleasePlanStatus;
  readonly wait?: DeletionWait;
}

/**
 * Ends a plan that is being deleted and has no active release any more: traffic objects go back to their owner, then
 * the stacks of what leaves are destroyed, then the finalizer goes. What serves stays (`deletionPolicy: Orphan`), or
 * nothing does.
 */
export function endPlan(observed: Observed, status: ReleasePlanStatus, now: Instant, out: Output): PlanEnd {
  // Let go already; a finalizer of somebody else keeps the object.
  if (!isGuarded(observed.plan)) return { plan: status };
  const live = resolveLive(observed, status);
  if (!ownsAnything(status) && !live.known && live.reason === "New") {
    letPlanGo(observed, out);
    return { plan: status };
  }
  tellKept(observed.plan.metadata.name, status, out);
  const orphans = observed.plan.spec.deletionPolicy === "Orphan";
  const serving: Live = live.known ? live.live : "none";
  const bye: Farewell = {
    observed,
    now,
    out,
    plan: { ...status, liveSlot: serving },
    // With nothing of ours in service there is nothing to leave behind; the user's own Service never was ours.
    staying: orphans || serving === "adopted" ? serving : "none",
    progress: status.deletion ?? { since: renderInstant(now) },
  };
  const through =
    orphans && !live.known && live.reason !== "New"
      ? waitFor(bye, live.message, live.reason)
      : giveBack(bye) && giveFloorsBack(bye) && destroyStacks(bye);
  if (through) letPlanGo(observed, out);
  return {
    plan: { ...status, deletion: bye.progress },
    ...(bye.wait === undefined ? {} : { wait: bye.wait }),
  };
}

/** The slot that stays gets the floors of its autoscalers back, as after every release. */
function giveFloorsBack(bye: Farewell): boolean {
  if (!isSlot(bye.staying)) return true;
  const before = bye.out.intents.length;
  restFloors(bye.observed, [bye.staying], bye.out);
  return bye.out.intents.length === before || waitFor(bye, `giving the floors of ${bye.staying} back`);
}
