import { readdirSync, rmSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";

const PREFIX = "bascule-stack-";

/** A folder for the files of one operation, the kubeconfig with its token among them. Named after this process. */
export async function makeScratch(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return mkdtemp(join(folder, `${PREFIX}${process.pid}-`));
}

/** Removes what workers left that were killed: those of `pid`, or without it those of all that run no more. */
export function removeScratch(folder: string, pid?: number): void {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const owner = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split("-")[0] : Number.NaN);
    if (Number.isNaN(owner) || (pid === undefined ? isRunning(owner) : owner !== pid)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Keeps the newest of the CLI's own logs, which it writes for every command and hardly ever removes. */
export function pruneLogs(pulumiHome: string, keep: number): void {
  const folder = join(pulumiHome, "logs");
  const stamp = (name: string): string => /-(\d{8}T\d{6})/.exec(name)?.[1] ?? "";
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => stamp(name) !== "");
  } catch {
    return;
  }
  const newestFirst = [...names].sort((a, b) => (stamp(a) < stamp(b) ? 1 : -1));
  for (const name of newestFirst.slice(keep)) rmSync(join(folder, name), { force: true });
}
