import { beginEnding } from "../ending.ts";
import { entriesOf } from "../entries.ts";
import { entryDigest, entryInput, entryRequest, slotRequest } from "../entry.ts";
import { isSlot } from "../names.ts";
import { holdRelease, releaseHold } from "../rules/holds.ts";
import {
  candidate,
  elapsed,
  enterStage,
  intend,
  namespaceOf,
  planName,
  positionOf,
  type Run,
  reached,
  say,
  settled,
  uidOf,
} from "../run.ts";
import { largestShare } from "../splits.ts";
import type { StackRequest } from "../stack.ts";
import {
  attemptOf as attemptIn,
  type FailedOutcome,
  nextTry,
  stackReason,
  standingOf,
} from "../stack-operation.ts";

/** Applies the entry stack, where it changed, and the idle slot's stack, side by side. */
export function applyStacks(run: Run): void {
  if (!slotIsFree(run)) return;
  if (!drained(run)) {
    say(run, `waiting until ${candidate(run)} is drained`);
    return;
  }
  const requests = requestsOf(run);
  const outcomes = requests.map((r) => operate(run, r));
  if (run.status.phase !== "Preparing") return; // one of them ended the release
  if (!outcomes.every((o) => o === "done")) {
    if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) tooLong(run);
    return;
  }
  settled(run, (key) => !requests.some((r) => r.key === key));
  run.status = { ...run.status, entryDigest: entryDigest(entryInput(run.observed.plan, run.frozen)) };
  enterStage(run, "scale");
}

/** A slot with traffic, or with the entry selector on it, is never applied to, whatever the status says. */
function slotIsFree(run: Run): boolean {
  const slot = candidate(run);
  const share = largestShare(run.observed.traffic, slot);
  // Without a live slot nobody relies on the entry Service yet, and it has no other slot to select.
  const entries = entriesOf(run.observed, run.frozen);
  const selecting = isSlot(run.frozen.live) ? entries.find((entry) => entry.slot === slot) : undefined;
  if (share === 0 && selecting === undefined) {
    releaseHold(run, "SlotInTraffic");
    return true;
  }
  const what =
    share > 0
      ? `gets ${share / 100} % of the traffic`
      : `is selected by the entry Service ${selecting?.service}`;
  holdRelease(
    run,
    "SlotInTraffic",
    `slot ${slot} ${what}, so nothing is applied to it; move that traffic away first`,
  );
  if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) tooLong(run);
  return false;
}

/** The former occupant of the slot has had its time to finish requests. */
function drained(run: Run): boolean {
  const since = run.observed.plan.status?.idleSince;
  if (since === undefined || run.observed.slots[candidate(run)].workloads.every((w) => w.desired === 0))
    return true;
  return elapsed(run, since, run.frozen.timing.drain);
}

function requestsOf(run: Run): readonly StackRequest[] {
  const base = {
    uid: uidOf(run),
    namespace: namespaceOf(run),
    plan: planName(run),
    release: run.release.metadata.name,
    frozen: run.frozen,
  };
  const input = entryInput(run.observed.plan, run.frozen);
  const { slots, entry, plan } = run.observed;
  const entryStands =
    plan.status?.entryDigest === entryDigest(input) &&
    slots.blue.serviceExists &&
    slots.green.serviceExists &&
    (input.entryService === undefined || entry.exists);
  const slot = slotRequest({ ...base, attempt: attemptOf(run, "slot") });
  return entryStands ? [slot] : [entryRequest({ ...base, attempt: attemptOf(run, "entry") }, input), slot];
}

const attemptOf = (run: Run, role: string): number =>
  attemptIn(run.status.intents ?? [], `${uidOf(run)}/${role}/`);

/** Asks for an operation and reads how it stands; a failure is tried again or ends the release. */
function operate(run: Run, request: StackRequest): "done" | "busy" {
  const standing = standingOf(request, run.status.intents ?? [], run.observed.operations, run.now);
  if (standing.kind === "done") return "done";
  if (standing.kind === "pausing") reached(run, standing.until);
  if (standing.kind === "failed") failed(run, request, standing.outcome);
  if (standing.kind === "open") {
    intend(run, { kind: "stack", key: request.key, request });
    const problem = run.status.intents?.find((i) => i.key === request.key)?.problem;
    say(run, `applying ${request.stack}${problem === undefined ? "" : ` again: ${problem}`}`);
  }
  return "busy";
}

function failed(run: Run, request: StackRequest, outcome: FailedOutcome): void {
  if (outcome.retry === "never") {
    const reason = stackReason(outcome.class);
    beginEnding(run, { outcome: "Reverted", reason, message: `${request.stack}: ${outcome.message}` });
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
function tooLong(run: Run, said?: string): void {
  const former = run.status.intents?.find((i) => i.problem !== undefined)?.problem;
  const detail = said ?? former ?? run.status.message ?? "";
  beginEnding(run, {
    outcome: "Reverted",
    reason: "ProgressDeadline",
    message: `the stack was not applied within ${run.frozen.timing.progress}: ${detail}`,
  });
}
