import { readdirSync, readFileSync } from "node:fs";
import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { locksOf } from "../../support/pulumi-folder.ts";

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

/** Kills what `command` matches once the engine holds the stack's lock. @returns how many there were */
export async function killMidApply(home: string, command: RegExp): Promise<number> {
  const inside = (): boolean => locksOf(home).length > 0 && processesOf(home, command).length > 0;
  await waitUntil("an apply is in its middle", inside, { deadline: seconds(30), every: seconds(0.01) });
  const pids = processesOf(home, command);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  return pids.length;
}
