import type { Release, ReleaseStatus } from "../api/release.ts";
import { hours } from "../base/duration.ts";
import { earliest, type Instant, plus, readInstant, renderInstant } from "../base/instant.ts";
import { sameJson } from "../base/json.ts";
import { appendJournal } from "../core/plan/journal.ts";
import { RELEASE_FINALIZER } from "../core/plan/objects.ts";
import { isFinal } from "../core/plan/phases.ts";
import { withConditions } from "../core/plan/release-status.ts";
import { type PlanKey, splitPlanKey } from "../ports/world.ts";
import type { PassOutcome, ReconcilePorts } from "./pass.ts";
import { readRelease } from "./read-objects.ts";
import { versionOf } from "./version-of.ts";

/** How long a release waits for its plan: the default of the plan's own `timing.startDeadline`. */
const START_DEADLINE = hours(1);

/** Writes of one pass; the next pass makes the next ones. Anybody may create ten thousand releases of a plan that is not there. */
const MOST_WRITES = 20;

/** Why there is no plan to go by. */
export interface PlanMissing {
  readonly reason: "MissingReference" | "PlanInvalid";
  readonly message: string;
}

/**
 * There is no plan to go by, and nothing of it runs. So releases that are being deleted may go; one that has not
 * started says what it waits for, and fails after an hour.
 */
export async function withoutPlan(
  ports: ReconcilePorts,
  key: PlanKey,
  missing: PlanMissing = notThere(key),
): Promise<PassOutcome> {
  const { namespace } = splitPlanKey(key);
  const objects = ports.world.releases(key);
  const held = objects.filter(
    ({ metadata: m }) => m.deletionTimestamp !== undefined && m.finalizers?.includes(RELEASE_FINALIZER),
  );
  const writes: (() => Promise<{ readonly ok: boolean }>)[] = held.map(
    ({ metadata: { name } }) =>
      () =>
        ports.writes.setFinalizer({ kind: "release", namespace, name }, RELEASE_FINALIZER, false),
  );
  const dues: Instant[] = [];
  const waiting = ports.world.namespaceTerminating(namespace) ? [] : objects;
  for (const object of waiting) {
    const read = readRelease(object);
    const skipped = !read.ok || read.value.problem !== undefined;
    if (skipped || object.metadata.deletionTimestamp !== undefined) continue;
    const release = read.value.value;
    const next = waitForPlan(release, missing, ports.now());
    if (next?.due !== undefined) dues.push(next.due);
    if (next === undefined || sameJson(next.status, release.status)) continue;
    writes.push(() => ports.writes.releaseStatus(versionOf(release), next.status));
  }
  const answers = await Promise.all(writes.slice(0, MOST_WRITES).map((write) => write()));
  if (answers.some((a) => !a.ok)) return { kind: "retry" };
  const wakeAt = writes.length > MOST_WRITES ? ports.now() : earliest(...dues);
  return wakeAt === undefined ? { kind: "gone" } : { kind: "done", wakeAt };
}

function notThere(key: PlanKey): PlanMissing {
  const { namespace, name } = splitPlanKey(key);
  const message = `spec.planRef.name: there is no ReleasePlan "${name}" in namespace "${namespace}"; create it, or delete this release and make one with the right name`;
  return { reason: "MissingReference", message };
}

/** The next status of a release that has no plan to go by; undefined when it is none of its business any more. */
export function waitForPlan(
  release: Release,
  { reason, message: missing }: PlanMissing,
  now: Instant,
): { readonly status: ReleaseStatus; readonly due?: Instant } | undefined {
  const { status } = release;
  if (isFinal(status?.phase) || status?.frozen !== undefined) return undefined;
  const before: ReleaseStatus = { observedGeneration: -1, ...status, phase: "Pending" };
  const since = before.hold?.reason === reason ? before.hold.since : renderInstant(now);
  const due = plus(readInstant(since) ?? now, START_DEADLINE);
  if (now < due) {
    const id =
      before.hold?.reason === reason
        ? before.hold.id
        : `${reason.toLowerCase()}-${before.journal?.count ?? 0}`;
    const hold = { id, reason, message: missing, since };
    return { status: withConditions(release, { ...before, hold, message: missing }, now), due };
  }
  const { hold: _, ...rest } = before;
  const message = `could not start within 1h: ${missing}`;
  const failed = appendJournal(
    { ...rest, phase: "Failed", message, finishedAt: renderInstant(now) },
    { from: "Pending", to: "Failed", reason, message },
    now,
  );
  return { status: withConditions(release, failed, now) };
}
