import type { Release, ReleaseStatus } from "../../api/release.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import type { GateAnswer, GateInput } from "./gates/gate.ts";
import { GATES } from "./gates/index.ts";
import { appendJournal } from "./journal.ts";
import type { Observed } from "./observed.ts";

export interface PendingAnswer {
  readonly status: ReleaseStatus;
  /** All its gates are open: it may start as soon as no other release is in the way. */
  readonly ready: boolean;
}

/** Asks the gates of a release that has not started. */
export function decidePending(input: GateInput, out: Output): PendingAnswer {
  const { observed, release, now } = input;
  const before: ReleaseStatus = { observedGeneration: -1, ...release.status, phase: "Pending" };
  for (const gate of GATES) {
    const answer = gate.ask(input);
    if (answer.kind === "open") continue;
    out.trace.push({ rule: gate.name, about: release.metadata.name, said: answer.message });
    if (answer.kind === "end") return { status: end(before, release, answer, now, out), ready: false };
    return { status: waiting(before, observed, release, answer, now, out), ready: false };
  }
  const { hold: _, ...status } = before;
  return { status: { ...status, message: "ready to start" }, ready: true };
}

function waiting(
  before: ReleaseStatus,
  observed: Observed,
  release: Release,
  answer: GateAnswer & { kind: "wait" },
  now: Instant,
  out: Output,
): ReleaseStatus {
  if (answer.wakeAt !== undefined) out.wakes.push(answer.wakeAt);
  const hold =
    before.hold?.reason === answer.reason
      ? { ...before.hold, message: answer.message }
      : {
          id: `${answer.reason.toLowerCase()}-${before.journal?.count ?? 0}`,
          reason: answer.reason,
          message: answer.message,
          since: renderInstant(now),
        };
  const status = { ...before, hold, message: answer.message };
  if (!answer.deadline && answer.person !== true) return status;
  // Counted from the start of this hold: time spent behind another release is not its own.
  const { startDeadline, wait } = observed.plan.spec.timing;
  const span = answer.person === true ? wait : startDeadline;
  const due = plus(readInstant(hold.since) ?? now, readDuration(span));
  if (now < due) {
    out.wakes.push(due);
    return status;
  }
  const reason = answer.person === true ? "WaitDeadline" : answer.reason;
  const message = `could not start within ${span}: ${answer.message}`;
  return end(status, release, { kind: "end", phase: "Failed", reason, message }, now, out);
}

function end(
  before: ReleaseStatus,
  release: Release,
  answer: GateAnswer & { kind: "end" },
  now: Instant,
  out: Output,
): ReleaseStatus {
  const { hold: _, ...rest } = before;
  out.facts.push({
    about: { kind: "Release", name: release.metadata.name },
    type: answer.phase === "Failed" ? "Warning" : "Normal",
    reason: answer.reason,
    message: answer.message,
  });
  return appendJournal(
    { ...rest, phase: answer.phase, message: answer.message, finishedAt: renderInstant(now) },
    { from: "Pending", to: answer.phase, reason: answer.reason, message: answer.message },
    now,
  );
}
