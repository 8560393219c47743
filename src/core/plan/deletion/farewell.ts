import type { Live, PlanDeletion, ReleasePlanStatus } from "../../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../../base/instant.ts";
import type { Output } from "../decision.ts";
import type { Observed } from "../observed.ts";

/** A pass over a plan that is being deleted and has no active release any more. */
export interface Farewell {
  readonly observed: Observed;
  readonly now: Instant;
  readonly out: Output;
  /** The plan's truth, with the live side resolved. */
  readonly plan: ReleasePlanStatus;
  /** The side that goes on serving; everything else that is ours leaves. */
  readonly staying: Live;
  /** The next progress so far. Stages replace it, they never change it in place. */
  progress: PlanDeletion;
  /** What is waited for. */
  wait?: DeletionWait;
}

/** What a deletion waits for, for people. */
export interface DeletionWait {
  readonly message: string;
  /** Set where somebody has to do something: the reason for the condition `Stalled`. */
  readonly stalled?: string;
}

/** Says what is waited for. A stage that returns this is not through. */
export function waitFor(bye: Farewell, message: string, stalled?: string): false {
  bye.wait ??= { message: message.slice(0, 1024), ...(stalled === undefined ? {} : { stalled }) };
  return false;
}

/** Notes the time of a stage, the first time that it is reached. */
export function note(bye: Farewell, stage: "restSince" | "handingBack" | "handedBack"): string {
  const time = bye.progress[stage] ?? renderInstant(bye.now);
  bye.progress = { ...bye.progress, [stage]: time };
  return time;
}

export const planUid = ({ observed: { plan } }: Farewell): string => plan.metadata.uid ?? plan.metadata.name;
