import type { KubeError } from "../../kube/kube-error.ts";
import { StackFailure } from "../errors.ts";

/** What a refusal of the API server means for an operation that needs the stack's state. */
export function stateFailure(stack: string, what: string, error: KubeError): StackFailure {
  const text = `the state of stack ${stack} could not be ${what}: ${error.message}`;
  if (error.kind === "forbidden" || error.kind === "unauthorized")
    return new StackFailure(
      "forbidden",
      `${text}; the controller needs get, list, create, update and delete on Secrets of its own namespace`,
      { cause: error },
    );
  if (error.kind === "invalid" || error.kind === "tooLarge")
    return new StackFailure("invalid", text, { cause: error });
  return new StackFailure("unreachable", text, { cause: error });
}

/** Somebody has to decide what to do with a state that is there and can't be used. */
export const damaged = (stack: string, why: string): StackFailure =>
  new StackFailure(
    "invalid",
    `the state of stack ${stack} is damaged (${why}); put a copy back with "bascule stacks import", or have it rebuilt from the cluster with "bascule stacks adopt ${stack.replaceAll(".", "/")}"`,
  );

export const takenOver = (stack: string, by: string): StackFailure =>
  new StackFailure("locked", `the state of stack ${stack} was taken over by ${by}; nothing was written`, {
    retry: "soon",
  });
