import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readManifests } from "../src/cli/compose/manifests.ts";
import { chartFiles } from "./chart.ts";
import { generatedImageFiles } from "./generated-files.ts";
import { namespacedFiles } from "./namespaced.ts";

const ROOT = join(import.meta.dirname, "..");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Writes Dockerfile, buildah script, Helm chart and the component for a controller of some namespaces from `image/content.ts` and the manifests; with `--check` it writes nothing, names what
 * differs and ends with code 1.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const manifests = await readManifests(ROOT);
  const wanted = new Map([...generatedImageFiles(), ...chartFiles(manifests), ...namespacedFiles(manifests)]);
  const stale: string[] = [];
  for (const [path, text] of wanted)
    if ((await readFile(join(ROOT, path), "utf8").catch(() => "")) !== text) stale.push(path);
  for (const path of stale) {
    say(values.check ? `${path}: different` : `wrote ${path}`);
    if (!values.check) await write(path, wanted.get(path) ?? "");
  }
  if (values.check && stale.length > 0) say('run "make generate" and commit the result');
  else say(`${wanted.size} generated files are up to date`);
  return values.check && stale.length > 0 ? 1 : 0;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), text);
  if (text.startsWith("#!")) await chmod(join(ROOT, path), 0o755);
}

process.exitCode = await main();
