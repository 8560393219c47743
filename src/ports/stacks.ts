import type { Duration } from "../base/duration.ts";
import type { ProgramInfo, StackOutcome, StackRequest } from "../core/plan/stack.ts";

export { changeId, needsApproval } from "../core/plan/shared/change.ts";
export type * from "../core/plan/stack.ts";
export { STACK_ERRORS } from "../core/plan/stack.ts";

export interface Stacks {
  /** Starts the operation unless its key is known, and says how it stands. Never waits for it. */
  ensure(request: StackRequest): StackOutcome;
  /** How the operation of a key stands; undefined when this process has not been asked for it. */
  outcome(key: string): StackOutcome | undefined;
  /** Ends a running operation in an orderly way; it settles as `cancelled`. */
  cancel(key: string): void;
  /**
   * Checks that the program exists and accepts the values, and tells its digest and ports for them; for a namespace,
   * whose turn it has to be.
   */
  program(name: string, values: Readonly<Record<string, unknown>>, namespace?: string): Promise<ProgramInfo>;
  /** Calls back with the key of every operation that settles. */
  onSettled(listener: (key: string) => void): void;
  /** Ends all workers; running operations are cancelled within the grace period. */
  close(grace: Duration): Promise<void>;
}
