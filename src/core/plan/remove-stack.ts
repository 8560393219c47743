/** Stacks of a plan that are removed. */
import type { PlanStack, StackProgress } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import type { Instant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import { stackName } from "./names.ts";
import type { Observed } from "./observed.ts";
import { carryThrough, type Progress } from "./plan-operation.ts";
import type { StackRequest, StackTask } from "./stack.ts";
import { attemptOf } from "./stack-operation.ts";

export interface Removing {
  readonly observed: Observed;
  readonly now: Instant;
  readonly out: Output;
  readonly part: PlanStack;
  /** Beginning of the operation's key below the plan's uid; another one is another operation. */
  readonly operation: string;
  /** What the plan's status holds of it. */
  readonly state: StackProgress;
}

/** Asks for the removal of a stack and reads how it stands. */
export function removeStack(removing: Removing): Progress {
  const { observed, now, out, state } = removing;
  const words = { doing: "removing", undone: "was not removed" };
  return carryThrough({ observed, now, out, state, request: requestFor(removing), words });
}

function requestFor({ observed, part, operation, state }: Removing): StackRequest {
  const { metadata, spec } = observed.plan;
  const { name: plan, namespace = "default", uid } = metadata;
  const prefix = `${uid ?? plan}/${operation}/`;
  return {
    key: `${prefix}${attemptOf(state.intents ?? [], prefix)}`,
    stack: stackName(namespace, plan, part),
    operation: "destroy",
    task: taskFor(observed, part, namespace, plan),
    serviceAccount: { namespace, name: spec.stack.serviceAccountName },
    deadline: readDuration(spec.timing.progress),
  };
}

/** A destroy goes by the stack's state and labels; program and inputs only say whose it is. */
function taskFor(observed: Observed, part: PlanStack, namespace: string, plan: string): StackTask {
  if (part === "entry") {
    return { kind: "entry", input: { namespace, plan, ports: [], initialSlot: "blue" } };
  }
  const { name: program } = observed.plan.spec.stack.program;
  const nothing = { release: "", version: "", images: {}, values: {} };
  return { kind: "slot", program, input: { namespace, plan, slot: part, ...nothing } };
}
