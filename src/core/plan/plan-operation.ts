/** Operations on stacks that belong to the plan, not to a release: the intent first in its status, tried again until done. */
import type { StackProgress } from "../../api/release-plan.ts";
import type { Instant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import type { Observed } from "./observed.ts";
import type { StackRequest } from "./stack.ts";
import { firstTry, nextTry, stackReason, standingOf } from "./stack-operation.ts";

export interface PlanOperation {
  readonly observed: Observed;
  readonly now: Instant;
  readonly out: Output;
  /** What is asked for; its key names the try. */
  readonly request: StackRequest;
  /** What the plan's status holds of it. */
  readonly state: StackProgress;
  /** For people: what is done, as `removing`, and what it is when it has failed, as `was not removed`. */
  readonly words: { readonly doing: string; readonly undone: string };
}

export type Progress =
  | { readonly kind: "done"; readonly state: StackProgress }
  | {
      readonly kind: "waiting";
      readonly state: StackProgress;
      readonly message: string;
      /** Set where the last try failed. */
      readonly reason?: string;
    };

/** Asks for the operation and reads how it stands; `state` is what the plan's status has to hold of it now. */
export function carryThrough(operation: PlanOperation): Progress {
  const { observed, now, out, request, state, words } = operation;
  const intents = state.intents ?? [];
  const standing = standingOf(request, intents, observed.operations, now);
  const others = intents.filter((i) => i.key !== request.key);
  switch (standing.kind) {
    case "done":
      return { kind: "done", state: others.length === 0 ? {} : { intents: [...others] } };
    case "pausing":
      out.wakes.push(standing.until);
      return waiting(operation, state);
    case "failed": {
      // Whatever the class of the failure, it is tried again: only people can give it up.
      const { intent, notBefore } = nextTry(request, standing.outcome, now);
      const reason = stackReason(standing.outcome.class);
      const message = `${request.stack} ${words.undone}: ${standing.outcome.message}`.slice(0, 900);
      const about = { kind: "ReleasePlan", name: observed.plan.metadata.name } as const;
      out.facts.push({ about, type: "Warning", reason, message });
      out.wakes.push(notBefore);
      return waiting(operation, { ...state, intents: [...others, intent], problem: { reason, message } });
    }
    // Only a shared part is ever withheld, and none is the plan's.
    case "withheld":
      return waiting(operation, state);
    case "open": {
      out.intents.push({ kind: "stack", key: request.key, request });
      if (others.length < intents.length) return waiting(operation, state, standing.waits);
      return waiting(operation, { ...state, intents: [...intents, firstTry(request.key, now)] });
    }
  }
}

function waiting({ request, words }: PlanOperation, state: StackProgress, waits?: string): Progress {
  const { problem } = state;
  if (problem === undefined) {
    const message = `${words.doing} ${request.stack}${waits === undefined ? "" : `: ${waits}`}`;
    return { kind: "waiting", state, message };
  }
  const message = `${problem.message}; it is tried again until it succeeds`;
  return { kind: "waiting", state, message, reason: problem.reason };
}
