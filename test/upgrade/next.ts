/** A version of the controller that does not exist yet: this checkout with what later versions may change. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SOURCES } from "../../image/content.ts";
import { FROZEN_FORMAT } from "../../src/api/frozen.ts";
import { cacheRoot } from "../cluster/programs/cache-key.ts";
import { PRESENT, type Version } from "../lab/version.ts";

type Edit = readonly [path: string, from: string, to: string];

const EDITS: readonly Edit[] = [
  // Another form of what is frozen, with steps of other names.
  ["src/api/frozen.ts", `FROZEN_FORMAT = ${FROZEN_FORMAT};`, `FROZEN_FORMAT = ${FROZEN_FORMAT + 1};`],
  ["src/core/plan/strategies/steps.ts", 'name: "observe"', 'name: "watch"'],
  // A built-in program with another digest.
  ["stacks/web-service/index.ts", "", "// Another digest.\n"],
];

/** Makes it; `remove` takes its folder away. */
export function nextVersion(): Version & { remove(): void } {
  const folder = mkdtempSync(join(cacheRoot(), "next-"));
  // With what the command line reads beside that.
  for (const path of SOURCES) cpSync(join(PRESENT.folder, path), join(folder, path), { recursive: true });
  symlinkSync(join(PRESENT.folder, "node_modules"), join(folder, "node_modules"));
  for (const [path, from, to] of EDITS) {
    const text = readFileSync(join(folder, path), "utf8");
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    writeFileSync(join(folder, path), from === "" ? `${text}${to}` : text.replace(from, to));
  }
  return {
    folder,
    dependencies: PRESENT.dependencies,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
