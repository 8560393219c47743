import type { FrozenRelease } from "../../api/frozen.ts";
import type { StoredIntent } from "../../api/intent.ts";
import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import { compileRelease } from "./compile.ts";
import type { Output } from "./decision.ts";
import { slotRequest } from "./entry.ts";
import { appendJournal } from "./journal.ts";
import { firstLive, resolveLive } from "./live.ts";
import type { Observed } from "./observed.ts";
import type { StackOutcome } from "./stack.ts";
import { type FailedOutcome, firstTry, nextTry } from "./stack-operation.ts";

/** Objects of a preview that are kept in the status. */
const MOST_OBJECTS = 100;

/**
 * A release with `spec.dryRun` previews its stack and writes down what it would do. It is never the plan's
 * active release, supersedes nobody and changes nothing.
 */
export function decideDryRun(
  observed: Observed,
  planStatus: ReleasePlanStatus,
  release: Release,
  before: ReleaseStatus,
  now: Instant,
  out: Output,
): ReleaseStatus {
  const known = resolveLive(observed, planStatus);
  const frozen = compileRelease(observed, release, known.known ? known.live : firstLive(observed).live);
  if (frozen === undefined) return before;
  const { name, namespace, uid } = release.metadata;
  const entry = before.intents?.find((i) => i.kind === "stack") ?? firstTry(`${uid ?? name}/preview/1`, now);
  const outcome = observed.operations[entry.key];
  if (outcome?.state === "succeeded") return previewed(before, frozen, outcome, now);
  if (outcome?.state === "failed" && outcome.retry === "never")
    return end(before, "Failed", "PreviewFailed", outcome.message, now);
  const due = plus(readInstant(entry.since) ?? now, readDuration(frozen.timing.progress));
  const problem = outcome?.state === "failed" ? outcome.message : entry.problem;
  const detail = problem === undefined ? "" : `: ${problem}`;
  if (now >= due)
    return end(
      before,
      "Failed",
      "PreviewFailed",
      `no preview within ${frozen.timing.progress}${detail}`,
      now,
    );
  out.wakes.push(due);
  if (outcome?.state === "failed") return again(before, entry, outcome, now, out);
  const notBefore = readInstant(entry.notBefore ?? "");
  if (notBefore !== undefined && now < notBefore) {
    out.wakes.push(notBefore);
    return { ...before, message: release.status?.message ?? "previewing; nothing is applied" };
  }
  const place = { uid: uid ?? name, namespace: namespace ?? "default", plan: observed.plan.metadata.name };
  const request = slotRequest({ ...place, release: name, frozen, attempt: entry.attempt });
  const { key } = entry;
  out.intents.push({ kind: "stack", key, request: { ...request, key, operation: "preview" } });
  return { ...before, intents: [entry], message: "previewing; nothing is applied" };
}

/** Another try after a pause; the time of the first one stays, so that all of them have one deadline. */
function again(
  before: ReleaseStatus,
  entry: StoredIntent,
  outcome: FailedOutcome,
  now: Instant,
  out: Output,
): ReleaseStatus {
  const { intent, notBefore } = nextTry(entry, outcome, now);
  out.wakes.push(notBefore);
  const message = `preview: ${outcome.message}; try ${intent.attempt} follows`.slice(0, 2048);
  return { ...before, intents: [{ ...intent, since: entry.since }], message };
}

function previewed(
  before: ReleaseStatus,
  frozen: FrozenRelease,
  outcome: StackOutcome & { readonly state: "succeeded" },
  now: Instant,
): ReleaseStatus {
  const objects = (outcome.details ?? []).filter((d) => d.operation !== "same");
  const preview = {
    slot: frozen.slot,
    live: frozen.live,
    hash: frozen.hash,
    steps: frozen.steps.map(({ name, weight, hold, checks }) => ({ name, weight, hold, checks })),
    changes: { ...outcome.changes },
    objects: objects.slice(0, MOST_OBJECTS),
  };
  const { created, updated, replaced, deleted } = outcome.changes;
  const message = `would go to ${frozen.slot}: ${created} to create, ${updated} to update, ${replaced} to replace, ${deleted} to delete; nothing was applied`;
  return { ...end(before, "Completed", "Previewed", message, now), preview };
}

function end(
  before: ReleaseStatus,
  phase: "Completed" | "Failed",
  reason: string,
  message: string,
  now: Instant,
): ReleaseStatus {
  const { intents: _, ...rest } = before;
  return appendJournal(
    { ...rest, phase, message: message.slice(0, 2048), finishedAt: renderInstant(now) },
    { from: "Pending", to: phase, reason, message: message.slice(0, 2048) },
    now,
  );
}
