import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "../install/render.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Everything that an installation consists of; samples and dashboards are not among it. */
const FOLDERS = ["manifests/install", "manifests/crds", "probes"] as const;

/** The manifests of this very version, as they lie beside the sources. */
export async function readManifests(root = ROOT): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter(isManifest).sort())
      found.push(...documentsOf(await readFile(join(root, folder, name), "utf8"), `${folder}/${name}`));
  }
  return found;
}

/** `kustomization.yaml` says which files belong together, and is no object of a cluster. */
const isManifest = (name: string): boolean => /\.ya?ml$/.test(name) && !name.endsWith("kustomization.yaml");

function documentsOf(text: string, file: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const problem = document.errors[0];
    if (problem !== undefined) throw new TypeError(`${file}: ${problem.message}`);
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}
