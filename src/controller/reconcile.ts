import type { KubeObject } from "../api/object.ts";
import type { Release, ReleaseStatus } from "../api/release.ts";
import { seconds } from "../base/duration.ts";
import { earliest, type Instant, plus } from "../base/instant.ts";
import { sameJson } from "../base/json.ts";
import { ok } from "../base/result.ts";
import { decide } from "../core/plan/decide.ts";
import type { Decision } from "../core/plan/decision.ts";
import { PLAN_FINALIZER } from "../core/plan/guard-plan.ts";
import type { Intent } from "../core/plan/intents.ts";
import { progressOf } from "../core/plan/progress.ts";
import { type PlanKey, splitPlanKey } from "../ports/world.ts";
import type { WriteFailure } from "../ports/writes.ts";
import { execute, type Failure } from "./execute.ts";
import { gather } from "./gather.ts";
import type { PassOutcome, ReconcilePorts } from "./pass.ts";
import { tellIntents, tellProgress } from "./tell.ts";
import { tellUnreadable } from "./unreadable.ts";
import { versionOf } from "./version-of.ts";
import { withoutPlan } from "./without-plan.ts";

/**
 * What a pass wrote is looked at after this time though no watch tells of it: one that has gone deaf is noticed much
 * later, and what is due next is known from what was written.
 */
const LOOK_AGAIN = seconds(2);

/**
 * One pass over a plan: gather, decide, carry out reverts, store what was decided, carry out the rest.
 * Nothing but a revert is done before it is written down. Another `decides` is for tests of what must notice that.
 */
export async function reconcile(
  ports: ReconcilePorts,
  key: PlanKey,
  decides: typeof decide = decide,
): Promise<PassOutcome> {
  const gathered = await gather(ports, key);
  if (gathered.kind === "gone") return withoutPlan(ports, key);
  const { unreadable } = gathered;
  if (gathered.kind === "unreadable") {
    await tellUnreadable(ports, key, unreadable);
    return leaveAlone(ports, key, gathered.message);
  }
  const { observed } = gathered;
  const decision = decides(observed, ports.now());
  ports.observer?.decided(key, decision);
  const reverted = await carryOut(ports, key, decision, decision.first);
  const stored = await store(ports, key, observed.releases, observed.plan, decision);
  if (stored.kind === "failed") return again(ports, key, reverted, stored.failure);
  if (stored.kind === "some") {
    publish(
      ports,
      key,
      decision.facts.filter(({ about }) => stored.releases.has(about.name)),
    );
    // The rest comes with the next pass, which looks first whether something has to be taken back.
    return { kind: "done", wakeAt: ports.now() };
  }
  const failures = await carryOut(ports, key, decision, decision.intents);
  publish(ports, key, decision.facts);
  // Last: a write about another object must not keep traffic from going back.
  await tellUnreadable(ports, key, unreadable);
  const wrote = stored.wrote || decision.first.length > 0;
  const soon = wrote ? plus(ports.now(), LOOK_AGAIN) : undefined;
  return again(ports, key, [...reverted, ...failures], undefined, earliest(decision.wakeAt, soon));
}

/** Carries intents out and tells what was tried. */
async function carryOut(
  ports: ReconcilePorts,
  key: PlanKey,
  decision: Decision,
  intents: readonly Intent[],
): Promise<readonly Failure[]> {
  if (intents.length === 0) return [];
  const failures = await execute(ports, key, intents);
  tellIntents(ports, key, decision, intents, failures);
  return failures;
}

function publish(ports: ReconcilePorts, key: PlanKey, facts: Decision["facts"]): void {
  const { namespace } = splitPlanKey(key);
  for (const fact of facts) ports.writes.publish(namespace, fact);
}

/** Nothing can be decided. Where nothing runs, releases that wait for the plan say so and do not wait for ever. */
async function leaveAlone(ports: ReconcilePorts, key: PlanKey, message: string): Promise<PassOutcome> {
  const plan = ports.world.plan(key) as (KubeObject & { readonly status?: object }) | undefined;
  const { namespace, name } = splitPlanKey(key);
  if (ports.world.namespaceTerminating(namespace)) {
    // Nobody can correct it any more, and it must not keep the namespace.
    const object = { kind: "plan", namespace, name } as const;
    const held = plan?.metadata.finalizers?.includes(PLAN_FINALIZER) === true;
    const freed = held ? await ports.writes.setFinalizer(object, PLAN_FINALIZER, false) : ok(undefined);
    const outcome = await withoutPlan(ports, key, { reason: "PlanInvalid", message });
    return freed.ok ? outcome : { kind: "retry" };
  }
  if (plan?.status !== undefined && "activeRelease" in plan.status) return { kind: "terminal" };
  const outcome = await withoutPlan(ports, key, { reason: "PlanInvalid", message });
  return outcome.kind === "gone" ? { kind: "terminal" } : outcome;
}

/** A plan may have thousands of releases that wait; nothing is taken back while their statuses are written. */
const MOST_STATUSES = 50;

type Stored =
  | { readonly kind: "all"; readonly wrote: boolean }
  /** There were more than a pass may write: those of these releases are stored. */
  | { readonly kind: "some"; readonly releases: ReadonlySet<string> }
  | { readonly kind: "failed"; readonly failure: WriteFailure };

/**
 * Stores every status that changed; the first failure ends the pass, because what follows relies on it, and so does the
 * number of them. The release in progress comes first.
 */
async function store(
  ports: ReconcilePorts,
  key: PlanKey,
  releases: readonly Release[],
  plan: KubeObject & { readonly status?: unknown },
  decision: Decision,
): Promise<Stored> {
  const { activeRelease } = decision.plan;
  const active = releases.filter(({ metadata }) => metadata.name === activeRelease);
  const changed = [...new Set([...active, ...releases])].filter(({ metadata, status }) => {
    const next = decision.releases[metadata.name];
    return next !== undefined && !sameJson(next, status);
  });
  const now = changed.slice(0, MOST_STATUSES);
  for (const release of now) {
    const next = decision.releases[release.metadata.name] as ReleaseStatus;
    const answer = await ports.writes.releaseStatus(versionOf(release), next);
    if (!answer.ok) return { kind: "failed", failure: answer.error };
    tellProgress(ports, key, progressOf(release, next));
  }
  if (changed.length > now.length)
    return { kind: "some", releases: new Set(now.map(({ metadata }) => metadata.name)) };
  if (sameJson(decision.plan, plan.status)) return { kind: "all", wrote: now.length > 0 };
  ports.log.debug({ plan: key }, "storing the plan's status");
  const answer = await ports.writes.planStatus(versionOf(plan), decision.plan);
  return answer.ok ? { kind: "all", wrote: true } : { kind: "failed", failure: answer.error };
}

/** A conflict is news, not an error: the watch brings what changed and the plan is looked at again. */
function again(
  ports: ReconcilePorts,
  key: PlanKey,
  failures: readonly Failure[],
  stored: WriteFailure | undefined,
  wakeAt?: Instant,
): PassOutcome {
  if (stored !== undefined) {
    ports.observer?.failed(key, "status", stored.kind);
    if (stored.kind !== "conflict") {
      ports.log.warn(
        { plan: key, kind: stored.kind, reason: stored.message },
        "a status could not be stored",
      );
    }
    return { kind: "retry" };
  }
  if (failures.length > 0) return { kind: "retry" };
  return wakeAt === undefined ? { kind: "done" } : { kind: "done", wakeAt };
}
