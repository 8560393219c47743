import type { Release, ReleaseStatus } from "../api/release.ts";
import { hours } from "../base/duration.ts";
import { earliest, type Instant, plus, readInstant, renderInstant } from "../base/instant.ts";
import { sameJson } from "../base/json.ts";
import { appendJournal } from "../core/plan/journal.ts";
import { RELEASE_FINALIZER } from "../core/plan/objects.ts";
import { isFinal } from "../core/plan/phases.ts";
import { withConditions } from "../core/plan/release-status.ts";
import { type PlanKey, splitPlanKey } from "../ports/world.ts";
import { readRelease } from "./read-objects.ts";
import type { PassOutcome, ReconcilePorts } from "./reconcile.ts";
import { versionOf } from "./version-of.ts";

/** How long a release waits for its plan: the default of the plan's own `timing.startDeadline`. */
const START_DEADLINE = hours(1);

/**
 * The plan is not there. Releases that are being deleted may go, because nothing of them runs any more; one that has
 * not started says what it waits for, and fails after an hour.
 */
export async function withoutPlan(ports: ReconcilePorts, key: PlanKey): Promise<PassOutcome> {
  const { namespace, name: plan } = splitPlanKey(key);
  const objects = ports.world.releases(key);
  const held = objects.filter(
    ({ metadata: m }) => m.deletionTimestamp !== undefined && m.finalizers?.includes(RELEASE_FINALIZER),
  );
  const letGo = held.map(({ metadata: { name } }) =>
    ports.writes.setFinalizer({ kind: "release", namespace, name }, RELEASE_FINALIZER, false),
  );
  const dues: Instant[] = [];
  const waiting = ports.world.namespaceTerminating(namespace) ? [] : objects;
  const told = waiting.map(async (object) => {
    const read = readRelease(object);
    if (!read.ok || object.metadata.deletionTimestamp !== undefined) return { ok: true };
    const release = read.value.value;
    const next = waitForPlan(release, plan, ports.now());
    if (next?.due !== undefined) dues.push(next.due);
    if (next === undefined || sameJson(next.status, release.status)) return { ok: true };
    return ports.writes.releaseStatus(versionOf(release), next.status);
  });
  const answers = await Promise.all([...letGo, ...told]);
  if (answers.some((a) => !a.ok)) return { kind: "retry" };
  const wakeAt = earliest(...dues);
  return wakeAt === undefined ? { kind: "gone" } : { kind: "done", wakeAt };
}

/** The next status of a release whose plan does not exist; undefined when it is none of its business any more. */
export function waitForPlan(
  release: Release,
  plan: string,
  now: Instant,
): { readonly status: ReleaseStatus; readonly due?: Instant } | undefined {
  const { metadata, status } = release;
  if (isFinal(status?.phase) || status?.frozen !== undefined) return undefined;
  const before: ReleaseStatus = { observedGeneration: -1, ...status, phase: "Pending" };
  const since = before.hold?.reason === REASON ? before.hold.since : renderInstant(now);
  const due = plus(readInstant(since) ?? now, START_DEADLINE);
  const missing = `there is no ReleasePlan "${plan}" in namespace "${metadata.namespace ?? "default"}" (spec.planRef.name)`;
  if (now < due) {
    const id =
      before.hold?.reason === REASON ? before.hold.id : `missingreference-${before.journal?.count ?? 0}`;
    const hold = { id, reason: REASON, message: missing, since };
    return { status: withConditions(release, { ...before, hold, message: missing }, now), due };
  }
  const { hold: _, ...rest } = before;
  const message = `could not start within 1h: ${missing}`;
  const failed = appendJournal(
    { ...rest, phase: "Failed", message, finishedAt: renderInstant(now) },
    { from: "Pending", to: "Failed", reason: REASON, message },
    now,
  );
  return { status: withConditions(release, failed, now) };
}

const REASON = "MissingReference";
