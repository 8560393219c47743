import { access } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import type { ProgramSource } from "./messages.ts";
import { programDigest } from "./program-digest.ts";

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Built-in programs: `stacks/` beside `src/`. */
export const BUILT_IN = join(import.meta.dirname, "..", "..", "stacks");

/** Files that may be a program's module, by preference. */
const ENTRY_FILES = ["index.ts", "index.js", "index.mjs"] as const;

/**
 * Finds a program by name: folders that users gave come first, in their order, then the built-in one.
 * @returns its source, or a sentence that says what is missing
 */
export async function findProgram(
  name: string,
  folders: readonly string[],
): Promise<Result<ProgramSource, string>> {
  if (!NAME.test(name)) return err(`"${name}" is no program name; write a DNS label`);
  for (const parent of [...folders, BUILT_IN]) {
    const folder = join(parent, name);
    if ((await entryFile(folder)) === undefined) continue;
    try {
      return ok({ name, folder, digest: await programDigest(folder) });
    } catch (error) {
      return err(`program ${name} can't be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return err(
    `there is no program ${name}; give the controller a folder that holds ${name}/index.ts, or use web-service`,
  );
}

/** The module of a program's folder; undefined when there is none. */
export async function entryFile(folder: string): Promise<string | undefined> {
  for (const file of ENTRY_FILES) {
    const path = join(folder, file);
    try {
      await access(path);
      return path;
    } catch {
      // The next one.
    }
  }
  return undefined;
}
