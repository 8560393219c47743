import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const MOST_FILES = 2_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Not part of what runs: tests, and what package managers and version control keep. */
const SKIPPED = /(^|\/)(node_modules|\.git)(\/|$)|\.test\.[cm]?[jt]s$/;

/**
 * Digest of a program: of the paths and contents of its files, sorted, so that it is the same on every machine.
 * @throws Error when the folder can't be read, or holds more than 2,000 files or 64 MiB
 */
export async function programDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !SKIPPED.test(path))
    .sort((a, b) => (a < b ? -1 : 1));
  if (files.length > MOST_FILES) throw new Error(`${folder} holds more than ${MOST_FILES} files`);
  const hash = createHash("sha256");
  let bytes = 0;
  for (const path of files) {
    const content = await readFile(join(folder, path));
    bytes += content.length;
    if (bytes > MOST_BYTES) throw new Error(`${folder} holds more than 64 MiB`);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return `sha256:${hash.digest("hex")}`;
}
