import type { FrozenRelease } from "../../api/frozen.ts";
import type { ReleasePlan } from "../../api/release-plan.ts";
import { type Duration, milliseconds, minutes, readDuration } from "../../base/duration.ts";
import { digestOf } from "../../base/json.ts";
import { madeEntry } from "./entries.ts";
import { isSlot, stackName } from "./names.ts";
import type { EntryInput, SharedOutputs, StackPort, StackRequest } from "./stack.ts";

/** What the entry stack of a plan is made from. Selectors and weights are not part of it. */
export function entryInput(plan: ReleasePlan, frozen: FrozenRelease): EntryInput {
  const create = plan.spec.traffic?.create;
  const ports: readonly StackPort[] = frozen.ports;
  const made = madeEntry(frozen);
  return {
    namespace: plan.metadata.namespace ?? "default",
    plan: plan.metadata.name,
    ports,
    ...(made === undefined ? {} : { entryService: made }),
    initialSlot: isSlot(frozen.live) ? frozen.live : frozen.slot,
    ...(isSlot(frozen.live) ? { serving: frozen.live } : {}),
    ...(create === undefined
      ? {}
      : {
          route: {
            parentRefs: create.parentRefs,
            ...(create.hostnames === undefined ? {} : { hostnames: create.hostnames }),
          },
        }),
  };
}

/** Digest that tells whether the entry stack must be applied again; which slot serves is no reason. */
export const entryDigest = (input: EntryInput): string =>
  digestOf({ ...input, initialSlot: "", serving: "" });

/** The request that applies a slot's stack for a release. */
export function slotRequest(run: SlotRequestInput): StackRequest {
  const { frozen } = run;
  return {
    key: `${run.uid}/slot/${run.attempt}`,
    stack: stackName(run.namespace, run.plan, frozen.slot),
    operation: "apply",
    task: {
      kind: "slot",
      program: frozen.program,
      digest: frozen.programDigest,
      input: {
        namespace: run.namespace,
        plan: run.plan,
        slot: frozen.slot,
        release: run.release,
        version: frozen.package.version,
        images: frozen.package.images ?? { main: frozen.package.image ?? "" },
        values: frozen.values ?? {},
        ...(run.outputs === undefined ? {} : { shared: run.outputs }),
      },
    },
    serviceAccount: { namespace: run.namespace, name: frozen.serviceAccountName },
    deadline: slotDeadline(readDuration(frozen.timing.progress)),
  };
}

/** Half of the time that the release has, so that after an operation that hung there is time for another one. */
const slotDeadline = (progress: Duration): Duration =>
  milliseconds(Math.min(progress, Math.max(SHORTEST_DEADLINE, progress / 2)));

/** An apply on a busy machine needs more than a few seconds. */
const SHORTEST_DEADLINE = minutes(1);

export interface SlotRequestInput {
  readonly uid: string;
  readonly namespace: string;
  readonly plan: string;
  readonly release: string;
  readonly frozen: FrozenRelease;
  readonly attempt: number;
  /** What the program's shared part gave out. */
  readonly outputs?: SharedOutputs;
}

/** The request that applies the entry stack. */
export function entryRequest(run: SlotRequestInput, input: EntryInput): StackRequest {
  return {
    key: `${run.uid}/entry/${run.attempt}`,
    stack: stackName(run.namespace, run.plan, "entry"),
    operation: "apply",
    task: { kind: "entry", input },
    serviceAccount: { namespace: run.namespace, name: run.frozen.serviceAccountName },
    deadline: milliseconds(Math.min(readDuration(run.frozen.timing.progress), 300_000)),
  };
}
