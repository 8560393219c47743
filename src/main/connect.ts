import type { Verification } from "../api/verification.ts";
import { between, type Instant } from "../base/instant.ts";
import type { GateRunner } from "../controller/gate/runner.ts";
import type { PassOutcome } from "../controller/pass.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import type { AddOptions, Outcome, WorkQueue } from "../kube/work-queue.ts";
import type { Segments } from "../ports/segments.ts";
import type { Stacks } from "../ports/stacks.ts";
import { type PlanKey, planKey } from "../ports/world.ts";
import { planOfRelease, planOfVerification, type Seen } from "../world/indexers.ts";
import type { KubeWorld } from "../world/world.ts";
import type { Ownership } from "./ownership.ts";
import { wakeOnChanges } from "./wake.ts";

/** What ends in its own time, and then tells. */
export interface NewsOf {
  readonly stacks: Pick<Stacks, "onSettled">;
  readonly gate: Pick<GateRunner, "onChange">;
  readonly segments: Pick<Segments, "onSettled">;
}

/**
 * Whatever happens in the world, in a stack or at the gate becomes a look at the plan that it concerns, if that is one
 * of ours. @returns what ends it
 */
export function wakePlans(
  world: KubeWorld,
  queue: Pick<WorkQueue<PlanKey>, "add">,
  { stacks, gate, segments }: NewsOf,
  isMine: Ownership,
): () => void {
  const add = (key: PlanKey, options: AddOptions): void => {
    if (isMine(key)) queue.add(key, options);
  };
  gate.onChange(({ namespace, plan }) => {
    // A verdict may mean the way back.
    if (plan !== undefined) add(planKey(namespace, plan), { urgency: "urgent", resetBackoff: true });
  });
  segments.onSettled((plan) => add(plan, { resetBackoff: true }));
  stacks.onSettled((key) => {
    for (const plan of plansOfOperation(world, key)) add(plan, { resetBackoff: true });
  });
  return wakeOnChanges(world, (key, { initial, news }) =>
    add(key, { urgency: initial ? "initial" : "live", resetBackoff: news && !initial }),
  );
}

/**
 * Hands Verifications to the gate, those that are there first. To be called when the world is complete: a check that
 * does not find its Service because nobody has listed Services yet would be taken for an error of the release.
 * @returns what ends it
 */
export const feedGate = (
  world: KubeWorld,
  gate: Pick<GateRunner, "observe" | "forget">,
  isMine: Ownership,
): (() => void) =>
  world.reflectors.verifications.subscribe((change) => {
    if (change.kind === "deleted") gate.forget(change.object.metadata.uid ?? "");
    else if (isMine(keyOfVerification(change.object))) gate.observe(change.object as unknown as Verification);
  });

function keyOfVerification(object: KubeObject): PlanKey {
  const { namespace = "", name } = object.metadata;
  const [plan] = planOfVerification(object as Seen) as readonly PlanKey[];
  return plan ?? planKey(namespace, name);
}

/** Operations are named `<uid>/…` of a release, or of the plan itself. */
export function plansOfOperation(world: KubeWorld, key: string): readonly PlanKey[] {
  const uid = key.split("/")[0] ?? "";
  const { releases, plans } = world.reflectors;
  return [
    ...releases.store.byIndex("uid", uid).flatMap((release) => planOfRelease(release) as readonly PlanKey[]),
    ...plans.store
      .byIndex("uid", uid)
      .map(({ metadata }) => planKey(metadata.namespace ?? "", metadata.name)),
  ];
}

/** What the queue is to do after a pass. Of a plan that is gone nothing stays, neither a wake-up nor a failure. */
export function outcomeOf(pass: PassOutcome, now: () => Instant): Outcome {
  switch (pass.kind) {
    case "done":
      return pass.wakeAt === undefined
        ? { kind: "done" }
        : { kind: "done", wakeAfter: between(now(), pass.wakeAt) };
    case "retry":
      return { kind: "retry" };
    case "gone":
    case "terminal":
      return { kind: "terminal" };
  }
}
