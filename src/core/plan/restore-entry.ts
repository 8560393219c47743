/** The entry stack is applied again for what somebody deleted: in a release and between releases, as the plan's own operation. */
import type { FrozenRelease } from "../../api/frozen.ts";
import type { ReleaseStatus } from "../../api/release.ts";
import type { Live, ReleasePlanStatus } from "../../api/release-plan.ts";
import { seconds } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import { EVERYTHING } from "../../base/weight.ts";
import type { Output } from "./decision.ts";
import { entryInput, entryRequest } from "./entry.ts";
import { appliedWith, type EntryGone, isApplying, madeAgain } from "./entry-gone.ts";
import { isBeingDeleted } from "./guard-plan.ts";
import { isSlot } from "./names.ts";
import type { Observed } from "./observed.ts";
import { isReverting } from "./phases.ts";
import { carryThrough } from "./plan-operation.ts";
import { reached } from "./run.ts";
import type { EntryInput, StackRequest } from "./stack.ts";
import { attemptOf } from "./stack-operation.ts";

/** Time after the operation in which a watch must have shown what was made; then it has been deleted again. */
const SEEN_WITHIN = seconds(10);

type Restoring = NonNullable<ReleasePlanStatus["restoring"]>;
type AppliedGone = EntryGone & Required<Pick<EntryGone, "appliedWith">>;

export interface Restoration {
  readonly observed: Observed;
  /** What is gone now. */
  readonly gone: EntryGone | undefined;
  /** Status of the release in progress. */
  readonly active?: ReleaseStatus;
  readonly now: Instant;
  readonly out: Output;
}

/** Makes again what is gone, until it is seen there; what nothing on record makes is left to the next release. */
export function restoreEntry(status: ReleasePlanStatus, restoration: Restoration): ReleasePlanStatus {
  const { gone, now, out } = restoration;
  if (gone === undefined) return seeThrough(status, restoration);
  const { restoring, ...rest } = status;
  if (!isApplied(gone)) return rest;
  const isOver =
    restoring?.doneAt !== undefined &&
    reached({ now, out }, plus(readInstant(restoring.doneAt) ?? now, SEEN_WITHIN));
  if (restoring === undefined || isOver) tell(restoration, gone);
  const before = restoring === undefined || isOver ? { since: renderInstant(now) } : restoring;
  return { ...rest, restoring: goOn(restoration, gone.appliedWith, before, rest.liveSlot ?? "none") };
}

/**
 * All is there. An operation that was begun is seen to its end all the same: one that a crash cut off would stand in the
 * stack's state until the next release. A release that applies the stack itself, or the plan's end, takes its place.
 */
function seeThrough({ restoring, ...rest }: ReleasePlanStatus, restoration: Restoration): ReleasePlanStatus {
  const { observed, active } = restoration;
  const isOpen = restoring !== undefined && restoring.doneAt === undefined && restoring.problem === undefined;
  if (!isOpen || isBeingDeleted(observed.plan) || isApplying(active)) return rest;
  const frozen = appliedWith(observed, rest);
  if (frozen === undefined) return rest;
  const next = goOn(restoration, frozen, restoring, rest.liveSlot ?? "none");
  return next.doneAt === undefined && next.problem === undefined ? { ...rest, restoring: next } : rest;
}

/** For the plan's condition, and for releases that wait. */
export function tellGone(gone: EntryGone, restoring: Restoring | undefined): string {
  const { names } = gone;
  if (isApplied(gone)) {
    const { problem } = restoring ?? {};
    const again = problem === undefined ? "" : `: ${problem.message}; it is tried again until it succeeds`;
    return `${madeAgain(names)}${again}`;
  }
  const be = names.length === 1 ? "is" : "are";
  return `${names.join(", ")} ${be} gone; what the plan makes has changed since it was made, so the next release makes it`;
}

export const isApplied = (gone: EntryGone | undefined): gone is AppliedGone =>
  gone?.appliedWith !== undefined;

function tell({ observed, out }: Restoration, { names }: EntryGone): void {
  const about = { kind: "ReleasePlan", name: observed.plan.metadata.name } as const;
  out.facts.push({ about, type: "Warning", reason: "EntryGone", message: madeAgain(names) });
}

function goOn(restoration: Restoration, frozen: FrozenRelease, before: Restoring, live: Live): Restoring {
  const { observed, active, now, out } = restoration;
  const { since, doneAt, ...state } = before;
  if (doneAt !== undefined) return before;
  const input = servedBy(entryInput(observed.plan, frozen), sideOf(active, live));
  const request = requestFor(observed, frozen, input, before);
  const words = { doing: "applying", undone: "was not applied" };
  const progress = carryThrough({ observed, now, out, request, state, words });
  if (progress.kind === "waiting") return { since, ...progress.state };
  return { since, ...progress.state, doneAt: renderInstant(now) };
}

/** A route made anew sends everything to the side that served, and the Services select it. */
const servedBy = ({ serving: _, ...input }: EntryInput, side: Live): EntryInput =>
  isSlot(side) ? { ...input, initialSlot: side, serving: side } : input;

/** The side that all traffic was, or is to be, on; in a step with a share of its own the live one. */
function sideOf(active: ReleaseStatus | undefined, live: Live): Live {
  const { frozen, phase, ending, split } = active ?? {};
  if (frozen === undefined) return live;
  if (isReverting(phase)) return ending?.backTo ?? frozen.live;
  return split?.[frozen.slot] === EVERYTHING ? frozen.slot : frozen.live;
}

function requestFor(
  observed: Observed,
  frozen: FrozenRelease,
  input: EntryInput,
  { since, intents = [] }: Restoring,
): StackRequest {
  const { name: plan, namespace = "default", uid = plan } = observed.plan.metadata;
  // By its time, so that what is deleted once more is another operation.
  const operation = `${uid}/restore-${Math.floor((readInstant(since) ?? 0) / 1_000).toString(36)}`;
  const attempt = attemptOf(intents, `${operation}/entry/`);
  return entryRequest({ uid: operation, namespace, plan, release: "", frozen, attempt }, input);
}
