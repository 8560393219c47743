import type { FrozenRelease } from "../../api/frozen.ts";
import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { compileRelease } from "./compile.ts";
import type { Output } from "./decision.ts";
import { slotRequest } from "./entry.ts";
import { appendJournal } from "./journal.ts";
import { firstLive, resolveLive } from "./live.ts";
import type { Observed } from "./observed.ts";
import { type Looking, type Preview, previewStack } from "./preview.ts";
import { renderLosses } from "./shared/change.ts";
import { previewShared, type SharedPreview } from "./shared/preview.ts";
import type { StackChanges } from "./stack.ts";
import type { DoneOutcome } from "./stack-operation.ts";

/** Objects of a preview that are kept in the status. */
const MOST_OBJECTS = 100;

/**
 * A release with `spec.dryRun` previews its stacks and writes down what it would do. It is never the plan's
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
  const look: Looking = { observed, release, frozen, intents: before.intents ?? [], now, out };
  const { name, namespace = "default", uid = name } = release.metadata;
  const place = { uid, namespace, plan: observed.plan.metadata.name, release: name, frozen, attempt: 1 };
  const shared = previewShared(look, place);
  if (shared.kind !== "done") return unfinished(before, shared, now);
  const { outputs, found } = shared;
  const request = slotRequest({ ...place, ...(outputs === undefined ? {} : { outputs }) });
  const slot = previewStack(look, "preview", request);
  if (slot.kind !== "done") return unfinished(before, slot, now);
  return previewed(before, frozen, slot.outcome, found, now);
}

function unfinished(
  before: ReleaseStatus,
  found: Exclude<Preview, { kind: "done" }>,
  now: Instant,
): ReleaseStatus {
  if (found.kind === "failed") return end(before, "Failed", "PreviewFailed", found.message, now);
  const message = found.message ?? before.message ?? "previewing; nothing is applied";
  return { ...before, intents: [...found.intents], message: message.slice(0, 2048) };
}

function previewed(
  before: ReleaseStatus,
  frozen: FrozenRelease,
  { changes, details = [] }: DoneOutcome,
  shared: SharedPreview | undefined,
  now: Instant,
): ReleaseStatus {
  const preview = {
    slot: frozen.slot,
    live: frozen.live,
    hash: frozen.hash,
    steps: frozen.steps.map(({ name, weight, hold, checks }) => ({ name, weight, hold, checks })),
    changes: { ...changes },
    objects: details.filter((d) => d.operation !== "same").slice(0, MOST_OBJECTS),
    ...(shared === undefined ? {} : { shared }),
  };
  const message = `would go to ${frozen.slot}: ${counts(changes)}${sharedText(shared)}; nothing was applied`;
  return { ...end(before, "Completed", "Previewed", message, now), preview };
}

const counts = ({ created, updated, replaced, deleted }: StackChanges): string =>
  `${created} to create, ${updated} to update, ${replaced} to replace, ${deleted} to delete`;

function sharedText(shared: SharedPreview | undefined): string {
  if (shared === undefined) return "";
  if (shared.needsApproval === undefined) return `; before it the shared part: ${counts(shared.changes)}`;
  return `; before it the shared part, which needs approval: ${renderLosses(shared.objects)}`;
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
