/** Stacks of a plan that are removed: the intent first in the plan's status, tried again until it succeeds. */
import type { PlanStack, StackRemoval } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import type { Instant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import { stackName } from "./names.ts";
import type { Observed } from "./observed.ts";
import type { StackRequest, StackTask } from "./stack.ts";
import { attemptOf, firstTry, nextTry, stackReason, standingOf } from "./stack-operation.ts";

export interface Removing {
  readonly observed: Observed;
  readonly now: Instant;
  readonly out: Output;
  readonly part: PlanStack;
  /** Beginning of the operation's key below the plan's uid; another one is another operation. */
  readonly operation: string;
  /** What the plan's status holds of it. */
  readonly state: StackRemoval;
}

export type Removed =
  | { readonly kind: "gone"; readonly state: StackRemoval }
  | {
      readonly kind: "waiting";
      readonly state: StackRemoval;
      readonly message: string;
      /** Set where the last try failed. */
      readonly reason?: string;
    };

/** Asks for the removal of a stack and reads how it stands; `state` is what the plan's status has to hold of it now. */
export function removeStack(removing: Removing): Removed {
  const { observed, now, out, state } = removing;
  const request = requestFor(removing);
  const intents = state.intents ?? [];
  const standing = standingOf(request, intents, observed.operations, now);
  const others = intents.filter((i) => i.key !== request.key);
  switch (standing.kind) {
    case "done":
      return { kind: "gone", state: others.length === 0 ? {} : { intents: [...others] } };
    case "pausing":
      out.wakes.push(standing.until);
      return waiting(request, state);
    case "failed": {
      // Whatever the class of the failure, it is tried again: only people can give it up.
      const { intent, notBefore } = nextTry(request, standing.outcome, now);
      const reason = stackReason(standing.outcome.class);
      const message = `${request.stack} was not removed: ${standing.outcome.message}`.slice(0, 900);
      const about = { kind: "ReleasePlan", name: observed.plan.metadata.name } as const;
      out.facts.push({ about, type: "Warning", reason, message });
      out.wakes.push(notBefore);
      return waiting(request, { ...state, intents: [...others, intent], problem: { reason, message } });
    }
    // Only a shared part is ever withheld, and none is removed.
    case "withheld":
      return waiting(request, state);
    case "open": {
      out.intents.push({ kind: "stack", key: request.key, request });
      if (others.length < intents.length) return waiting(request, state, standing.waits);
      return waiting(request, { ...state, intents: [...intents, firstTry(request.key, now)] });
    }
  }
}

function waiting({ stack }: StackRequest, state: StackRemoval, waits?: string): Removed {
  const { problem } = state;
  if (problem === undefined) {
    const message = `removing ${stack}${waits === undefined ? "" : `: ${waits}`}`;
    return { kind: "waiting", state, message };
  }
  const message = `${problem.message}; it is tried again until it succeeds`;
  return { kind: "waiting", state, message, reason: problem.reason };
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
