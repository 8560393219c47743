/** The version that upgrades are tested from, out of this repository's history. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { minutes } from "../../src/base/duration.ts";
import { withLock } from "../cluster/lib/lock.ts";
import { run } from "../cluster/lib/run.ts";
import { cacheRoot } from "../cluster/programs/cache-key.ts";
import { PRESENT, type Version } from "../lab/version.ts";

const execute = promisify(execFile);
const { commit } = JSON.parse(readFileSync(join(import.meta.dirname, "previous.json"), "utf8")) as {
  readonly commit: string;
};

/** Why there is nothing to upgrade from; undefined where there is. A clone of one commit alone has no history. */
export async function whyNoPrevious(): Promise<string | undefined> {
  const answer = execute("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: PRESENT.folder });
  return answer.then(
    () => undefined,
    () =>
      `commit ${commit.slice(0, 12)} of test/upgrade/previous.json is not in this clone: fetch the whole history ("git fetch --unshallow")`,
  );
}

/** A file of that version. */
export async function previousFile(path: string): Promise<string> {
  const options = { cwd: PRESENT.folder, maxBuffer: 2 ** 26 };
  return (await execute("git", ["show", `${commit}:${path}`], options)).stdout;
}

/** Names of the files of a folder of that version. */
export async function previousNames(folder: string): Promise<readonly string[]> {
  const args = ["ls-tree", "--name-only", commit, `${folder}/`];
  const { stdout } = await execute("git", args, { cwd: PRESENT.folder });
  return stdout.split("\n").filter((path) => path !== "");
}

/** Its sources with its dependencies, unpacked once. */
export async function previousVersion(): Promise<Version> {
  const folder = join(cacheRoot(), "previous", commit);
  mkdirSync(join(folder, ".."), { recursive: true });
  const unfinished = `${folder}.unfinished`;
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished);
    const archive = `${folder}.tar`;
    await run("git", ["archive", "--format=tar", `--output=${archive}`, commit], { cwd: PRESENT.folder });
    await run("tar", ["-xf", archive, "-C", unfinished]);
    rmSync(archive);
    renameSync(unfinished, folder);
  });
  return { folder, dependencies: await dependenciesOf(folder) };
}

/** Where its lock file is this checkout's, the packages are too. */
async function dependenciesOf(folder: string): Promise<string> {
  const modules = join(folder, "node_modules");
  const lock = (at: string): string => readFileSync(join(at, "package-lock.json"), "utf8");
  if (lock(folder) === lock(PRESENT.folder)) {
    rmSync(modules, { recursive: true, force: true });
    symlinkSync(join(PRESENT.folder, "node_modules"), modules);
    return PRESENT.folder;
  }
  if (!existsSync(modules))
    await run("npm", ["ci", "--no-progress", "--ignore-scripts"], { cwd: folder, deadline: minutes(10) });
  return folder;
}
