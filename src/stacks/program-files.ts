import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const MOST_FILES = 2_000;
/** Links may lead in a circle. */
const DEEPEST = 16;
/** Not part of what runs: tests, and what package managers and version control keep. */
const SKIPPED = /(^|\/)(node_modules|\.git)(\/|$)|\.test\.[cm]?[jt]s$/;

/**
 * Paths of a program's files from its folder on, sorted, the same wherever it lies: links are followed, and the folders that
 * a kubelet keeps the versions of a mounted ConfigMap in (`..data`, `..2026_01_02…`) are passed over.
 * @throws Error when the folder can't be read, or holds more than 2,000 files or 16 levels
 */
export async function programFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  await collect(folder, "", files, DEEPEST);
  return files.sort((a, b) => (a < b ? -1 : 1));
}

async function collect(folder: string, within: string, files: string[], levels: number): Promise<void> {
  if (levels === 0) throw new Error(`${folder} has more than ${DEEPEST} levels of folders`);
  for (const entry of await readdir(join(folder, within), { withFileTypes: true })) {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    if (entry.name.startsWith("..") || SKIPPED.test(path)) continue;
    const found = entry.isSymbolicLink() ? await stat(join(folder, path)) : entry;
    if (found.isDirectory()) await collect(folder, path, files, levels - 1);
    else if (found.isFile()) files.push(path);
    if (files.length > MOST_FILES) throw new Error(`${folder} holds more than ${MOST_FILES} files`);
  }
}
