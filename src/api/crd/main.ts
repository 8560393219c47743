import { join } from "node:path";
import { parseArgs } from "node:util";
import { generatedFiles } from "./generated-files.ts";
import { bringUpToDate, differences } from "./sync.ts";

const ROOT = join(import.meta.dirname, "../../..");

/**
 * Writes `manifests/crds/*.yaml` and `docs/spec/v1alpha1/*.md` from the schemas;
 * with `--check` it writes nothing, names what differs and ends with code 1.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: "boolean", default: false }, root: { type: "string" } },
  });
  const root = values.root ?? ROOT;
  const wanted = generatedFiles();
  if (!values.check) {
    const changes = await bringUpToDate(root, wanted);
    for (const { path, kind } of changes) say(`${kind === "left over" ? "removed" : "wrote"} ${path}`);
    say(`${wanted.size} generated files are up to date`);
    return 0;
  }
  const found = await differences(root, wanted);
  for (const { path, kind } of found) say(`${path}: ${kind}`);
  say(
    found.length === 0
      ? `${wanted.size} generated files are up to date`
      : 'run "make generate" and commit the result',
  );
  return found.length === 0 ? 0 : 1;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = await main();
