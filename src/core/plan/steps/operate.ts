import { milliseconds, readDuration } from "../../../base/duration.ts";
import { plus, renderInstant } from "../../../base/instant.ts";
import { beginEnding } from "../ending.ts";
import { at, elapsed, intend, note, positionOf, type Run, reached, say, uidOf } from "../run.ts";
import type { StackRequest } from "../stack.ts";
import {
  attemptOf as attemptIn,
  type FailedOutcome,
  nextTry,
  type Standing,
  stackReason,
  standingOf,
} from "../stack-operation.ts";

/** Number of the try of a part's stack, `slot`, `entry` or `shared`. */
export const attemptOf = (run: Run, role: string): number =>
  attemptIn(run.status.intents ?? [], `${uidOf(run)}/${role}/`);

/** Asks for an operation and reads how it stands; a failure is tried again or ends the release. */
export function operate(run: Run, request: StackRequest): Standing {
  const standing = standingOf(request, run.status.intents ?? [], run.observed.operations, run.now);
  if (standing.kind === "pausing") reached(run, standing.until);
  if (standing.kind === "failed") failed(run, request, standing.outcome);
  if (standing.kind === "open") {
    intend(run, { kind: "stack", key: request.key, request });
    const problem = run.status.intents?.find((i) => i.key === request.key)?.problem;
    const { waits } = standing;
    if (waits !== undefined) awaitTurn(run);
    const again = problem === undefined ? "" : ` again: ${problem}`;
    say(run, waits === undefined ? `applying ${request.stack}${again}` : `${request.stack} ${waits}${again}`);
  }
  return standing;
}

/**
 * The time that others take is not the operation's own: its deadline begins anew while it waits for its turn, and what
 * could not begin for as long as a pending release may wait is given up all the same. Written down now and then only.
 */
function awaitTurn(run: Run): void {
  const { progress, startDeadline } = run.frozen.timing;
  const begun = at(run, run.status.startedAt);
  const noted = plus(at(run, positionOf(run).since), milliseconds(readDuration(progress) / 4));
  if (!reached(run, noted) || run.now >= plus(begun, readDuration(startDeadline))) return;
  note(run, { since: renderInstant(run.now) });
}

function failed(run: Run, request: StackRequest, outcome: FailedOutcome): void {
  if (outcome.retry === "never") {
    const reason = stackReason(outcome.class);
    const message = `${whatOf(run)} was not applied: ${request.stack}: ${outcome.message}`;
    beginEnding(run, { outcome: "Reverted", reason, message });
    return;
  }
  if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) {
    tooLong(run, outcome.message);
    return;
  }
  const next = nextTry(request, outcome, run.now);
  const others = (run.status.intents ?? []).filter((i) => i.key !== request.key);
  run.status = { ...run.status, intents: [...others, next.intent] };
  say(run, `${request.stack}: ${outcome.message}; try ${next.intent.attempt} follows`);
  reached(run, next.notBefore);
}

/** What stood in the way: what the operation said now, or in the try before this one, or what was waited for. */
export function tooLong(run: Run, said?: string): void {
  const former = run.status.intents?.find((i) => i.problem !== undefined)?.problem;
  const detail = said ?? former ?? run.status.message ?? "";
  beginEnding(run, {
    outcome: "Reverted",
    reason: "ProgressDeadline",
    message: `${whatOf(run)} was not applied within ${run.frozen.timing.progress}: ${detail}`,
  });
}

const whatOf = (run: Run): string => (positionOf(run).stage === "shared" ? "the shared part" : "the stack");
