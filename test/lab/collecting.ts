/**
 * Loaded before a process' own code: on SIGUSR2 it collects its garbage, so that what is measured after that is what it
 * holds, and not when V8 last found time to look. What it then holds is written into the file of BASCULE_COLLECTED.
 */
import { renameSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const COLLECTED_VARIABLE = "BASCULE_COLLECTED";

/** What a process held after a collection. */
export interface Collected {
  /** How many collections it has made on request, this one included. */
  readonly count: number;
  readonly pid: number;
  /** Bytes of JavaScript's heap, and of what hangs on it outside of it. */
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const file = process.env[COLLECTED_VARIABLE];
let count = 0;

process.on("SIGUSR2", () => {
  collect();
  // What finalizers of the first one let go of is garbage by now.
  setImmediate(() => {
    collect();
    count += 1;
    if (file === undefined) return;
    const { heapUsed, external, rss } = process.memoryUsage();
    const collected: Collected = { count, pid: process.pid, heap: heapUsed, external, resident: rss };
    writeFileSync(`${file}.new`, JSON.stringify(collected));
    renameSync(`${file}.new`, file);
  });
});
