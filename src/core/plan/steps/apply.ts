import { entriesOf } from "../entries.ts";
import { entryDigest, entryInput, entryRequest, slotRequest } from "../entry.ts";
import { missingFrom } from "../entry-gone.ts";
import { isSlot } from "../names.ts";
import { holdRelease, releaseHold } from "../rules/holds.ts";
import {
  candidate,
  elapsed,
  enterStage,
  namespaceOf,
  planName,
  positionOf,
  type Run,
  say,
  settled,
  uidOf,
} from "../run.ts";
import { largestShare } from "../splits.ts";
import type { SharedOutputs, StackRequest } from "../stack.ts";
import { attemptOf, operate, tooLong } from "./operate.ts";

/** Applies the entry stack, where it changed, and the idle slot's stack, side by side. */
export function applyStacks(run: Run): void {
  if (!slotIsFree(run)) return;
  if (!drained(run)) {
    say(run, `waiting until ${candidate(run)} is drained`);
    return;
  }
  const requests = requestsOf(run);
  const outcomes = requests.map((r) => operate(run, r).kind);
  if (run.status.phase !== "Preparing") return; // one of them ended the release
  if (!outcomes.every((o) => o === "done")) {
    if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) tooLong(run);
    return;
  }
  const missing = missingFrom(run.observed, entryInput(run.observed.plan, run.frozen));
  if (missing.length > 0) {
    say(run, `waiting until ${missing.join(", ")} can be seen`);
    if (elapsed(run, positionOf(run).since, run.frozen.timing.progress)) tooLong(run);
    return;
  }
  settled(run, (key) => !requests.some((r) => r.key === key));
  run.status = { ...run.status, entryDigest: entryDigest(entryInput(run.observed.plan, run.frozen)) };
  enterStage(run, "scale");
}

/** A slot with traffic, or with the entry selector on it, is never applied to, whatever the status says. */
export function slotIsFree(run: Run): boolean {
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

/** Whose stacks they are, and what they are made from. */
export const placeOf = (run: Run) => ({
  uid: uidOf(run),
  namespace: namespaceOf(run),
  plan: planName(run),
  release: run.release.metadata.name,
  frozen: run.frozen,
});

function requestsOf(run: Run): readonly StackRequest[] {
  const outputs = run.status.shared?.outputs as SharedOutputs | undefined;
  const base = { ...placeOf(run), ...(outputs === undefined ? {} : { outputs }) };
  const input = entryInput(run.observed.plan, run.frozen);
  const { observed } = run;
  const entryStands =
    observed.plan.status?.entryDigest === entryDigest(input) && missingFrom(observed, input).length === 0;
  const slot = slotRequest({ ...base, attempt: attemptOf(run, "slot") });
  return entryStands ? [slot] : [entryRequest({ ...base, attempt: attemptOf(run, "entry") }, input), slot];
}
