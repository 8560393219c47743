import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "./names.ts";

/**
 * Deletes all but the newest entries of a stack's history in a `file://` backend. Pulumi never does, and reads the
 * whole folder at times; the releases' own record is in their objects. To be called while the stack's Lease is held.
 */
export async function pruneHistory(stateDir: string, stack: string, keep: number): Promise<void> {
  const folder = join(stateDir, ".pulumi", "history", PROJECT, stack);
  let files: readonly string[];
  try {
    files = await readdir(folder);
  } catch {
    return;
  }
  // `<stack>-<nanoseconds>.history.json` and `.checkpoint.json`, each perhaps with `.gz` and `.attrs`.
  const stamp = (file: string): string => /-(\d{10,})\./.exec(file)?.[1] ?? "";
  const stamps = [...new Set(files.map(stamp).filter((s) => s !== ""))].sort().reverse();
  const old = new Set(stamps.slice(keep));
  for (const file of files) if (old.has(stamp(file))) await rm(join(folder, file), { force: true });
}

/**
 * Deletes what Pulumi leaves of a stack that was removed from a `file://` backend: copies of its last state, its
 * history and backups. To be called while the stack's Lease is held.
 */
export async function removeState(stateDir: string, stack: string): Promise<void> {
  const root = join(stateDir, ".pulumi");
  for (const kind of ["history", "backups"])
    await rm(join(root, kind, PROJECT, stack), { recursive: true, force: true });
  const folder = join(root, "stacks", PROJECT);
  const files = await readdir(folder).catch((): string[] => []);
  // `<stack>.json`, perhaps with `.gz`, `.attrs` and `.bak`.
  for (const file of files)
    if (file.startsWith(`${stack}.json`)) await rm(join(folder, file), { force: true });
}
