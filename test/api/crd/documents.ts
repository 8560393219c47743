import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { AnyObject } from "./kinds.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** All YAML documents below a folder of the repository, files in order of their names; none when it is not there. */
export async function documentsBelow<T = AnyObject>(
  folder: string,
): Promise<{ file: string; document: T }[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  const found: { file: string; document: T }[] = [];
  for (const name of names.filter((n) => /\.ya?ml$/.test(n)).sort()) {
    const file = `${folder}/${name}`;
    for (const document of parseAllDocuments(await readFile(join(ROOT, file), "utf8"))) {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
      const value: unknown = document.toJS();
      if (value !== null) found.push({ file, document: value as T });
    }
  }
  return found;
}
