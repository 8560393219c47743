import { hostname } from "node:os";
import type { LockHolder } from "./errors.ts";
import { isPulumiRunning } from "./processes.ts";

/**
 * Whether a lock may be removed: its host is one of the controller's own, and its process is gone. The caller holds
 * the stack's Lease, so that a controller on another host has ended its worker already.
 * A lock of a person's machine is never removed.
 */
export function mayUnlock(holder: LockHolder, ownHosts: string, isRunning = isPulumiRunning): boolean {
  if (holder.host === hostname()) return !isRunning(holder.pid);
  return ownHosts !== "" && new RegExp(`^(?:${ownHosts})$`).test(holder.host);
}

export const renderHolder = (holder: LockHolder): string =>
  `${holder.user}@${holder.host} (process ${holder.pid}, since ${holder.since})`;
