import { readdirSync, readFileSync, statSync } from "node:fs";
import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { checkpointsIn, locksOf } from "../../support/pulumi-folder.ts";

/** Processes of one controller's stack operations: its folder stands in their environment. */
export function processesOf(home: string, command: RegExp): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, "utf8").includes(home) &&
          command.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))
        );
      } catch {
        return false; // gone since the folder was read
      }
    });
}

/** The workers of stack operations, and their CLIs at work on an `up`. */
export const WORKER = /stacks\/worker/;
export const APPLYING = /pulumi\0up/;
export const PROVIDER = /pulumi-resource-kubernetes/;
/** All that a stack operation consists of, but the worker itself. */
export const CLI_OR_PROVIDER = /\/pulumi\0(version|up|preview|refresh|destroy|stack)|pulumi-resource-/;

/** Kills what `command` matches once the engine holds the stack's lock. @returns how many there were */
export const killMidApply = (home: string, command: RegExp): Promise<number> =>
  signalMidApply(home, command, "SIGKILL");

/** Sends a signal to what `command` matches once the engine holds the stack's lock. @returns to how many */
export async function signalMidApply(
  home: string,
  command: RegExp,
  signal: "SIGKILL" | "SIGSTOP",
): Promise<number> {
  const inside = (): boolean => locksOf(home).length > 0 && processesOf(home, command).length > 0;
  await waitUntil("an apply is in its middle", inside, { deadline: seconds(30), every: seconds(0.01) });
  return signalAll(processesOf(home, command), signal);
}

/** Sends a signal to all of these that still run. @returns to how many */
export function signalAll(pids: readonly number[], signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): number {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false; // ended of itself
    }
  }).length;
}

/** Waits until an apply that runs now has written a checkpoint of its own. */
export async function writtenState(home: string): Promise<void> {
  const from = Date.now();
  const written = (): boolean =>
    locksOf(home).length > 0 && checkpointsIn(home).some((file) => changedAt(file) > from);
  await waitUntil("an apply writes its state", written, { deadline: seconds(30), every: seconds(0.005) });
}

function changedAt(file: string): number {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0; // replaced just now
  }
}
