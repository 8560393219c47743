import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FOLDERS, MARKS } from "./generated-files.ts";

/** How a file on disk differs from what the generator makes of the schemas. */
export interface Difference {
  readonly path: string;
  readonly kind: "missing" | "different" | "left over";
}

/** Compares the generated files below `root` with `wanted`, by path. */
export async function differences(root: string, wanted: ReadonlyMap<string, string>): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const [path, text] of wanted) {
    const present = await textOf(join(root, path));
    if (present === undefined) found.push({ path, kind: "missing" });
    else if (present !== text) found.push({ path, kind: "different" });
  }
  for (const path of await generatedBelow(root))
    if (!wanted.has(path)) found.push({ path, kind: "left over" });
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Writes what differs and removes what is left over. Answers with what it changed. */
export async function bringUpToDate(
  root: string,
  wanted: ReadonlyMap<string, string>,
): Promise<Difference[]> {
  const changes = await differences(root, wanted);
  for (const { path } of changes) {
    const text = wanted.get(path);
    if (text === undefined) await rm(join(root, path));
    else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }
  return changes;
}

/** Files in the generator's folders that begin with its mark; a page that people wrote there is not touched. */
async function generatedBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS)
    for (const name of await namesIn(join(root, folder))) {
      const text = await textOf(join(root, folder, name));
      if (text !== undefined && MARKS.some((mark) => text.startsWith(mark))) found.push(`${folder}/${name}`);
    }
  return found;
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(nothingThere(() => []));
const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch(nothingThere(() => undefined));

const nothingThere =
  <T>(instead: () => T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === "ENOENT" || error.code === "EISDIR") return instead();
    throw error;
  };
