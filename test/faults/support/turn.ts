import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Holds the process id of the controller that may begin. */
export const TURN_FILE = "turn";
const EVERY_MS = 10;

/** Waits until it is this process' turn to be the controller; the one before it is dead then. Ends with the harness. */
export async function whenTurn(folder: string): Promise<void> {
  const file = join(folder, TURN_FILE);
  const harness = process.ppid;
  while (!existsSync(file) || readFileSync(file, "utf8") !== String(process.pid)) {
    if (process.ppid !== harness) process.exit(0);
    await sleep(EVERY_MS);
  }
}
