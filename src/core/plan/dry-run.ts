import type { FrozenRelease } from "../../api/frozen.ts";
import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import { slotRequest } from "./entry.ts";
import { freeze } from "./freeze.ts";
import { appendJournal } from "./journal.ts";
import { firstLive, resolveLive } from "./live.ts";
import type { Observed } from "./observed.ts";
import type { StackOutcome } from "./stack.ts";

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
  const program = observed.programs[release.metadata.name];
  if (program?.ok !== true || !observed.checks.ok) return before;
  const known = resolveLive(observed, planStatus);
  const frozen = freeze({
    plan: observed.plan,
    release,
    live: known.known ? known.live : firstLive(observed).live,
    program,
    checks: observed.checks.checks,
    adoption: observed.adoption,
  });
  const { name, namespace, uid } = release.metadata;
  const key = `${uid ?? name}/preview/1`;
  const outcome = observed.operations[key];
  if (outcome?.state === "succeeded") return previewed(before, frozen, outcome, now);
  if (outcome?.state === "failed") return end(before, "Failed", "PreviewFailed", outcome.message, now);
  const started = readInstant(before.intents?.find((i) => i.key === key)?.since ?? "") ?? now;
  const due = plus(started, readDuration(frozen.timing.progress));
  if (now >= due)
    return end(before, "Failed", "PreviewFailed", `no preview within ${frozen.timing.progress}`, now);
  out.wakes.push(due);
  const place = { uid: uid ?? name, namespace: namespace ?? "default", plan: observed.plan.metadata.name };
  const request = slotRequest({ ...place, release: name, frozen, attempt: 1 });
  out.intents.push({ kind: "stack", key, request: { ...request, key, operation: "preview" } });
  const intents = [{ key, kind: "stack", since: renderInstant(started), attempt: 1 }];
  return { ...before, intents, message: "previewing; nothing is applied" };
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
