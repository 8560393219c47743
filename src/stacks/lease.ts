import type { Duration } from "../base/duration.ts";

/** A stack's Lease while it is held: the right to run a CLI on that stack. */
export interface StackLease {
  /** How long it may be relied on without another renewal; 0 when it is lost. */
  readonly remaining: Duration;
  /** Fires when it is lost. */
  readonly lost: AbortSignal;
  /** Gives it up, so that the next holder need not wait for it to run out; `remove`: there is no stack any more. */
  release(options?: { readonly remove?: boolean }): Promise<void>;
}

/** Waits for a stack's Lease; undefined, or with the holder's name, when `deadline` or `signal` came first. */
export type AcquireLease = (
  stack: string,
  deadline: Duration,
  signal: AbortSignal,
) => Promise<StackLease | { readonly holder: string }>;
