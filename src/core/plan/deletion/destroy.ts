/** The stacks of what leaves are destroyed: intents first in the plan's status, tried again until they succeed. */
import type { StoredIntent } from "../../../api/intent.ts";
import { type PlanStack, SLOTS, type Slot } from "../../../api/release-plan.ts";
import { readDuration } from "../../../base/duration.ts";
import { renderInstant } from "../../../base/instant.ts";
import { isSlot, otherSlot, stackName } from "../names.ts";
import { shareOf } from "../splits.ts";
import type { StackRequest, StackTask } from "../stack.ts";
import { attemptOf, type FailedOutcome, nextTry, stackReason, standingOf } from "../stack-operation.ts";
import { type Farewell, planUid, reached, waitFor } from "./farewell.ts";

/** True when every stack of what leaves is gone. The entry goes first: its route must not outlive what it points to. */
export function destroyStacks(bye: Farewell): boolean {
  const { staying } = bye;
  const steps: readonly (readonly PlanStack[])[] = isSlot(staying)
    ? [[otherSlot(staying)]]
    : [["entry"], SLOTS];
  return steps.every((parts) => parts.map((part) => destroy(bye, part)).every(Boolean));
}

function destroy(bye: Farewell, part: PlanStack): boolean {
  const { observed, now, out } = bye;
  const { destroyed = [], intents = [] } = bye.progress;
  if (destroyed.includes(part)) return true;
  if (part !== "entry" && !isWithoutTraffic(bye, part)) return false;
  const request = requestFor(bye, part);
  const standing = standingOf(request, intents, observed.operations, now);
  const others = intents.filter((i) => i.key !== request.key);
  switch (standing.kind) {
    case "done":
      isDone(bye, part, others);
      return true;
    case "pausing":
      reached(bye, standing.until);
      return waiting(bye, request);
    case "failed":
      failed(bye, request, standing.outcome, others);
      return waiting(bye, request);
    case "open":
      out.intents.push({ kind: "stack", key: request.key, request });
      if (others.length === intents.length) {
        const first = { key: request.key, kind: "stack", attempt: 1, since: renderInstant(now) };
        bye.progress = { ...bye.progress, intents: [...intents, first] };
      }
      return waiting(bye, request);
  }
}

/** A slot that some route still sends to is not touched, whatever the status says. */
function isWithoutTraffic(bye: Farewell, slot: Slot): boolean {
  const using = bye.observed.traffic.find((t) => t.exists && shareOf(t.split, slot) > 0);
  if (using === undefined) return true;
  return waitFor(bye, `waiting until ${using.target.kind} ${using.target.name} no longer sends to ${slot}`);
}

function isDone(bye: Farewell, part: PlanStack, others: readonly StoredIntent[]): void {
  const { intents: _i, problem: _p, ...rest } = bye.progress;
  const left = others.length === 0 ? {} : { intents: [...others] };
  bye.progress = { ...rest, ...left, destroyed: [...(rest.destroyed ?? []), part] };
}

/** Whatever the class of the failure, it is tried again: only people can give up a deletion. */
function failed(
  bye: Farewell,
  request: StackRequest,
  outcome: FailedOutcome,
  others: readonly StoredIntent[],
): void {
  const { intent, notBefore } = nextTry(request, outcome, bye.now);
  const reason = stackReason(outcome.class);
  const message = `${request.stack} was not removed: ${outcome.message}`.slice(0, 900);
  bye.progress = { ...bye.progress, intents: [...others, intent], problem: { reason, message } };
  const about = { kind: "ReleasePlan", name: bye.observed.plan.metadata.name } as const;
  bye.out.facts.push({ about, type: "Warning", reason, message });
  bye.out.wakes.push(notBefore);
}

function waiting(bye: Farewell, request: StackRequest): false {
  const { problem } = bye.progress;
  if (problem === undefined) return waitFor(bye, `removing ${request.stack}`);
  return waitFor(bye, `${problem.message}; it is tried again until it succeeds`, problem.reason);
}

function requestFor(bye: Farewell, part: PlanStack): StackRequest {
  const { metadata, spec } = bye.observed.plan;
  const { name: plan, namespace = "default" } = metadata;
  const prefix = `${planUid(bye)}/remove-${part}/`;
  return {
    key: `${prefix}${attemptOf(bye.progress.intents ?? [], prefix)}`,
    stack: stackName(namespace, plan, part),
    operation: "destroy",
    task: taskFor(bye, part, namespace, plan),
    serviceAccount: { namespace, name: spec.stack.serviceAccountName },
    deadline: readDuration(spec.timing.progress),
  };
}

/** A destroy goes by the stack's state and labels; program and inputs only say whose it is. */
function taskFor(bye: Farewell, part: PlanStack, namespace: string, plan: string): StackTask {
  if (part === "entry") {
    return { kind: "entry", input: { namespace, plan, ports: [], initialSlot: SLOTS[0] } };
  }
  const { name: program } = bye.observed.plan.spec.stack.program;
  const nothing = { release: "", version: "", images: {}, values: {} };
  return { kind: "slot", program, input: { namespace, plan, slot: part, ...nothing } };
}
