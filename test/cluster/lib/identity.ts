import { readdirSync, readFileSync } from "node:fs";
import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "./wait.ts";

/** A process that cannot be mistaken for a later one with the same number, nor for one from before a reboot. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
  readonly bootId: string;
};

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

type Stat = { readonly state: string; readonly parent: number; readonly startTime: string };

/** Reads state, parent and start time out of /proc/PID/stat; the command name in it may hold spaces and brackets. */
export function readStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent] = fields;
  const startTime = fields[19];
  return state && startTime ? { state, parent: Number(parent), startTime } : undefined;
}

function statOf(pid: number): Stat | undefined {
  try {
    return readStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined; // no such process
  }
}

/** The identity of a process that runs now; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat && { pid, startTime: stat.startTime, bootId: bootId() };
}

/**
 * True while exactly this process lives. A zombie does not, unless it still has threads: after SIGKILL the first
 * thread is a zombie at once, while the others may hold ports and files for some time more.
 */
export function isAlive(id: ProcessIdentity): boolean {
  const stat = statOf(id.pid);
  if (stat === undefined || stat.startTime !== id.startTime || id.bootId !== bootId()) return false;
  return stat.state !== "Z" || threadsOf(id.pid) > 1;
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0; // reaped since the look before
  }
}

/** The first child of a process; undefined when it has none, or is gone. */
export function childOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return text === "" ? undefined : Number(text.split(" ")[0]);
  } catch {
    return undefined;
  }
}

/** Sends a signal to exactly this process; false when it is gone. */
export function signal(id: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, name);
  } catch {
    return false; // ended between the look and the signal
  }
}

/** Ends the process: TERM, and KILL after ten seconds. Returns when it is gone. */
export async function end(id: ProcessIdentity): Promise<void> {
  if (!signal(id, "SIGTERM")) return;
  signal(id, "SIGCONT"); // a paused process would never see the first signal
  const gone = (): boolean => !isAlive(id);
  await waitUntil(`process ${id.pid} ends`, gone, { deadline: seconds(10) }).catch(() =>
    signal(id, "SIGKILL"),
  );
  await waitUntil(`process ${id.pid} ends after SIGKILL`, gone, { deadline: seconds(10) });
}
