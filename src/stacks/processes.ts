import { readdirSync, readFileSync } from "node:fs";

/**
 * Processes of a session. A worker leads a session of its own, and the CLI and its provider stay in it although
 * the CLI puts the provider into another process group; so this finds all of them, also when parents are gone.
 * Linux only: elsewhere the answer is empty, and only the process group can be signalled.
 */
export function sessionMembers(session: number): readonly number[] {
  return processIds().filter((pid) => statOf(pid)?.session === session);
}

/** Sends SIGKILL to all of a session but `except`. */
export function killSession(session: number, except?: number): void {
  for (let round = 0; round < 3; round++) {
    const members = sessionMembers(session).filter((pid) => pid !== except);
    // Again, because one of them may have started another meanwhile.
    for (const pid of members) kill(pid);
    if (members.length === 0) break;
  }
  if (except === undefined) kill(-session);
}

/** Kills all of a session and returns when nobody is left, at the latest after five seconds. */
export async function endSession(session: number): Promise<void> {
  for (let round = 0; round < 250; round++) {
    killSession(session);
    if (sessionMembers(session).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process with this id runs and is a Pulumi CLI; ids are used again by others. */
export function isPulumiRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== "Z" && stat.command.startsWith("pulumi");
}

function processIds(): readonly number[] {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0);
  } catch {
    return [];
  }
}

interface Stat {
  readonly command: string;
  readonly state: string;
  readonly session: number;
}

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The command stands in brackets and may hold spaces and brackets itself.
  const end = text.lastIndexOf(")");
  const [state = "", , , session = "0"] = text.slice(end + 2).split(" ");
  if (state === "Z") return undefined;
  return { command: text.slice(text.indexOf("(") + 1, end), state, session: Number(session) };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
