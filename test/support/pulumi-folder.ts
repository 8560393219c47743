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
  return filesBelow(root(home)).filter((file) => /\/\.pulumi\/locks\/.*\.json$/.test(file));
}

/** All checkpoints that lie here now. */
export function checkpointsIn(home: string): readonly string[] {
  return filesBelow(root(home)).filter((file) => /\/\.pulumi\/stacks\/.*\.json$/.test(file));
}

/** Folders come and go while operations run: one that is gone when its turn comes has no files. */
function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
