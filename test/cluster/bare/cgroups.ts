import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../lib/wait.ts";
import type { Layout } from "./layout.ts";

const ROOT = "/sys/fs/cgroup";

/**
 * All pods of a cluster together weigh as much as eight processes of the host. By default it would be one: beside a
 * compiler or a few test runs they would hardly ever be on a core, and answer no request in time.
 */
const WEIGHTS = { "cpu.shares": "8192", "cpu.weight": "800" } as const;

/** The mounted hierarchies: one for each controller with version 1, the root itself with version 2. */
function hierarchies(): readonly string[] {
  if (existsSync(join(ROOT, "cgroup.controllers"))) return [ROOT];
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name));
}

/** Makes the parent of all pods' groups, with its weight; the kubelet insists that it exists in every hierarchy. */
export function createCgroups({ cgroup }: Layout): void {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, cgroup);
    mkdirSync(folder, { recursive: true });
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const parent = join(hierarchy, file);
      // Version 1: an empty cpuset refuses every process.
      if (existsSync(parent)) writeFileSync(join(folder, file), readFileSync(parent));
    }
    if (hierarchy === ROOT) delegateControllers(folder);
    for (const [file, weight] of Object.entries(WEIGHTS))
      if (existsSync(join(folder, file))) writeFileSync(join(folder, file), weight);
  }
}

function delegateControllers(folder: string): void {
  const all = readFileSync(join(ROOT, "cgroup.controllers"), "utf8").trim().split(/\s+/);
  for (const target of [ROOT, folder]) {
    for (const controller of all) {
      try {
        writeFileSync(join(target, "cgroup.subtree_control"), `+${controller}`);
      } catch {
        // a controller that this host does not delegate; the kubelet says which ones it misses
      }
    }
  }
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  rmdirSync(folder);
}

/** Removes the folders of this cluster's groups; a group stays busy for a moment after its last process. */
export async function removeCgroups({ cgroup }: Layout): Promise<void> {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, cgroup);
    const gone = (): boolean => {
      removeTree(folder);
      return true;
    };
    await waitUntil(`cgroup ${folder} is removed`, gone, { deadline: seconds(10), every: milliseconds(100) });
  }
}
