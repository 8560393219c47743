/** Where the checkpoints of stacks are kept when no backend of Pulumi's own is. */

/** A stack's state in the hands of one operation, until it ends. Whoever opens it next takes it away from this one. */
export interface StateSession {
  /** The checkpoint as Pulumi wrote it; undefined for a stack that is new, or whose state was lost. */
  readonly checkpoint: Buffer | undefined;
  /** The operation before this one did not end as it should: what it began may be there or not. */
  readonly interrupted: boolean;
  /**
   * Puts a newer checkpoint in the place of the former one.
   * @throws StackFailure `locked` when another operation has the state now; nothing was written then
   */
  store(checkpoint: Buffer): Promise<void>;
  /**
   * Stores the last checkpoint and gives the state back. `clean`: nothing is left that the next operation has to look at.
   * @throws StackFailure as `store` does
   */
  end(last: { readonly checkpoint: Buffer | undefined; readonly clean: boolean }): Promise<void>;
  /** The stack is no more. @throws StackFailure as `store` does */
  remove(): Promise<void>;
}

/** Callers hold the stack's Lease all the time. */
export interface StackStates {
  /** Takes the state for an operation that may change it. @throws StackFailure when it can't be read or is damaged */
  open(stack: string): Promise<StateSession>;
  /** The checkpoint, for an operation that changes nothing. @throws StackFailure as `open` does */
  read(stack: string): Promise<Buffer | undefined>;
}
