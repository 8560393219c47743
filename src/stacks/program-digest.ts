import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { programFiles } from "./program-files.ts";

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Digest of a program: of the paths and contents of its files, sorted, so that it is the same on every machine.
 * @throws Error when the folder can't be read, or holds more than 2,000 files or 64 MiB
 */
export async function programDigest(folder: string): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const path of await programFiles(folder)) {
    const content = await readFile(join(folder, path));
    bytes += content.length;
    if (bytes > MOST_BYTES) throw new Error(`${folder} holds more than 64 MiB`);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return `sha256:${hash.digest("hex")}`;
}
