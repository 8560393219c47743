/** What lies in the folder in which a controller's Pulumi operations work on their stacks' states. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pulumiStackName } from "../../src/stacks/names.ts";
import { StateFolder } from "../../src/stacks/state/state-folder.ts";

const root = (home: string): string => join(home, "state");

/** Stacks that were worked on from this folder. */
export const stacksIn = (home: string): readonly string[] =>
  existsSync(root(home)) ? readdirSync(root(home)) : [];

/** The checkpoint of a stack as Pulumi left it here. */
export function checkpointFile(home: string, stack: string): string {
  const name = pulumiStackName(stack);
  return join(new StateFolder(home, name).path, ".pulumi", "stacks", "bascule", `${name}.json`);
}

/** Pulumi's own locks that are held, or were left by the dead; also those of a `file` backend. */
export function locksOf(home: string): readonly string[] {
  if (!existsSync(root(home))) return [];
  const files = readdirSync(root(home), { recursive: true, encoding: "utf8" });
  return files.filter((file) => /(^|\/)\.pulumi\/locks\/.*\.json$/.test(file));
}
