/** The stage before the candidate's slot: what both slots share is brought to where the release wants it. */
import type { SharedChange, SharedProgress } from "../../../api/shared.ts";
import { renderInstant } from "../../../base/instant.ts";
import { awaitPerson, endLongWait, holdRelease, personAnswered, releaseHold } from "../rules/holds.ts";
import { elapsed, enterStage, move, positionOf, type Run, settled, stepOf } from "../run.ts";
import { NEEDS_APPROVAL, objectsOf, renderLosses, sharedChange } from "../shared/change.ts";
import { sharedDigest, sharedRequest } from "../shared/request.ts";
import { resultOf } from "../shared/standing.ts";
import type { StackRequest } from "../stack.ts";
import { type DoneOutcome, tryAfter } from "../stack-operation.ts";
import { placeOf, slotIsFree } from "./apply.ts";
import { attemptOf, operate, tooLong } from "./operate.ts";

/**
 * Nothing is done where the same part stands already. A change that would delete or replace something is withheld by
 * the operation itself, before it touches anything, until a person approves that very change.
 */
export function applyShared(run: Run): void {
  const standing = run.observed.plan.status?.shared;
  if (standing?.digest === sharedDigest(run.frozen)) {
    stands(run, resultOf(standing));
    return;
  }
  if (run.status.shared?.state === "withheld" && !approved(run, run.status.shared)) return;
  if (!slotIsFree(run)) return;
  const request = requestOf(run);
  const operation = operate(run, request);
  if (run.status.phase !== "Preparing") return; // it ended the release
  if (operation.kind === "done") done(run, request, operation.outcome);
  else if (operation.kind === "withheld") {
    note(run, { state: "withheld", change: sharedChange(operation.outcome.details) });
    askAPerson(run);
  } else {
    const { change, approvedBy } = run.status.shared ?? {};
    const known = approvedBy === undefined || change === undefined ? {} : { change, approvedBy };
    note(run, { state: "applying", ...known });
    if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) tooLong(run);
  }
}

function requestOf(run: Run): StackRequest {
  const { change, approvedBy } = run.status.shared ?? {};
  const attempt = attemptOf(run, "shared");
  return sharedRequest({ ...placeOf(run), attempt }, approvedBy === undefined ? undefined : change?.id);
}

/** Writes down how far it is; what was written before is not kept. */
function note(run: Run, shared: Omit<SharedProgress, "digest">): void {
  run.status = { ...run.status, shared: { digest: sharedDigest(run.frozen), ...shared } };
}

function done(run: Run, request: StackRequest, outcome: DoneOutcome): void {
  const { created, updated, replaced, deleted } = outcome.changes;
  const { change, approvedBy } = run.status.shared ?? {};
  settled(run, (key) => key !== request.key);
  // On record also when nothing was left to do: an apply that was cut off may have done all of it.
  const isChanged = created + updated + replaced + deleted > 0;
  const counts = `${created} created, ${updated} updated, ${replaced} replaced, ${deleted} deleted`;
  const what = isChanged ? counts : "nothing was left to change";
  move(run, { reason: "SharedApplied", message: `the shared part was applied: ${what}` });
  const objects = objectsOf(outcome.details ?? []);
  stands(run, {
    ...(approvedBy === undefined || change === undefined ? {} : { change, approvedBy }),
    ...(outcome.outputs === undefined ? {} : { outputs: outcome.outputs }),
    ...(objects.length === 0 ? {} : { objects }),
  });
}

/** On to the slot's own stack, with what the shared part gave out. */
function stands(run: Run, result: Omit<SharedProgress, "digest" | "state">): void {
  releaseHold(run, NEEDS_APPROVAL);
  note(run, { state: "standing", ...result });
  enterStage(run, "apply");
}

/** Holds until somebody promotes the step and names this change, and no other. */
function askAPerson(run: Run): void {
  const { change } = run.status.shared ?? {};
  if (change === undefined) return;
  const { name } = run.release.metadata;
  const step = stepOf(run).name;
  const how = `approve just that with: bascule promote ${name} (control.promote with step ${step} and change ${change.id}), or abort`;
  holdRelease(run, NEEDS_APPROVAL, `the shared part would ${lossesOf(change)}; nothing was touched; ${how}`);
  awaitPerson(run);
  endLongWait(run);
}

const lossesOf = (change: SharedChange): string => renderLosses(change.objects);

/** A word for another change, given before or after this one was looked at, approves nothing. */
function approved(run: Run, { change }: SharedProgress): boolean {
  const promote = run.release.spec.control?.promote;
  if (change === undefined || promote?.step !== stepOf(run).name || promote.change !== change.id) {
    askAPerson(run);
    return false;
  }
  releaseHold(run, NEEDS_APPROVAL);
  personAnswered(run);
  note(run, { state: "applying", change, approvedBy: promote.by });
  beginNextTry(run);
  move(run, {
    reason: "SharedChangeApproved",
    message: `approved by ${promote.by}: ${lossesOf(change)}: ${promote.reason}`,
    by: promote.by,
  });
  // The time that a person took is not the operation's.
  enterStage(run, "shared");
  return true;
}

/** What was withheld is asked for again under a key of its own: the former one's outcome is known. */
function beginNextTry(run: Run): void {
  const { key } = requestOf(run);
  const intent = { ...tryAfter(key), kind: "stack", since: renderInstant(run.now) };
  const others = (run.status.intents ?? []).filter((i) => i.key !== key);
  run.status = { ...run.status, intents: [...others, intent] };
}
