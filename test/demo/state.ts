import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ProcessIdentity } from "../cluster/lib/identity.ts";
import { endController } from "../lab/controller.ts";

/** Where the demo keeps the controller's state, its log, and who it is. */
export const HOME = join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "bascule/demo");
const RECORD = join(HOME, "controller.json");

/** Writes down which process the controller is: number and start time, so that no other is ever ended for it. */
export function recordController(id: ProcessIdentity): void {
  mkdirSync(HOME, { recursive: true, mode: 0o700 });
  writeFileSync(RECORD, JSON.stringify(id));
}

/** Ends the controller of an earlier demo, where there is one, and removes its state. */
export async function forgetController(): Promise<void> {
  if (existsSync(RECORD)) await endController(JSON.parse(readFileSync(RECORD, "utf8")) as ProcessIdentity);
  rmSync(HOME, { recursive: true, force: true });
}
