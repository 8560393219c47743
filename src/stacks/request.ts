import type { StackRequest } from "../ports/stacks.ts";
import { isStackName, type StackPart } from "./names.ts";

/** What is wrong with a request; undefined when nothing is. Its texts become paths, labels and names. */
export function checkRequest(request: StackRequest): string | undefined {
  if (!isStackName(request.stack))
    return `stack "${request.stack}" is not of the form <namespace>.<plan>.<blue|green|entry|shared>`;
  const [namespace, plan] = request.stack.split(".");
  const { task, serviceAccount } = request;
  if (task.input.namespace !== namespace || task.input.plan !== plan)
    return `stack ${request.stack} does not belong to plan ${task.input.plan} in ${task.input.namespace}`;
  const part = partOf(request);
  if (task.kind === "slot" ? task.input.slot !== part : task.kind !== part)
    return `stack ${request.stack} is not the one of its task`;
  if (serviceAccount.namespace !== namespace)
    return `the service account must be in the plan's namespace ${namespace}`;
  if (!(request.deadline > 0)) return "the deadline must be positive";
  return undefined;
}

export const partOf = (request: StackRequest): StackPart => request.stack.split(".")[2] as StackPart;
