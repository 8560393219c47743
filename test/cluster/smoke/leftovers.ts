import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { ClusterName } from "../addresses.ts";
import { layoutOf } from "../bare/layout.ts";
import { run } from "../lib/run.ts";

function processesOf(root: string): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return command.includes(`${root}/`) ? [`process ${pid}: ${command.slice(0, 120)}`] : [];
    } catch {
      return []; // ended while we looked
    }
  });
}

/** Processes that still live in other mount namespaces than ours and hold one with this state folder in it. */
function namespacesWith(root: string): readonly string[] {
  const own = readlinkSync("/proc/self/ns/mnt");
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (readlinkSync(`/proc/${pid}/ns/mnt`) === own) return [];
      return readFileSync(`/proc/${pid}/mounts`, "utf8").includes(`${root}/`)
        ? [`mounts of process ${pid}`]
        : [];
    } catch {
      return [];
    }
  });
}

/** Everything that a bare cluster should have taken with it; empty after a clean end. */
export async function readLeftovers(name: ClusterName): Promise<readonly string[]> {
  const { root, cgroup, addresses, lock } = layoutOf(name);
  const found: string[] = [...processesOf(root), ...namespacesWith(root)];
  if (existsSync(root)) found.push(`folder ${root}`);
  if (existsSync(lock)) found.push(`lock ${lock}`);
  if (readFileSync("/proc/mounts", "utf8").includes(`${root}/`)) found.push(`mounts below ${root}`);
  const links = await run("ip", ["-o", "link"]);
  if (links.includes(addresses.hostDevice)) found.push(`device ${addresses.hostDevice}`);
  const routes = await run("ip", ["route"]);
  for (const cidr of [addresses.podCidr, addresses.serviceCidr])
    if (routes.includes(cidr)) found.push(`route ${cidr}`);
  for (const hierarchy of readdirSync("/sys/fs/cgroup")) {
    const folder = join("/sys/fs/cgroup", hierarchy, cgroup);
    if (existsSync(folder)) found.push(`cgroup ${folder}`);
  }
  if (existsSync(join("/sys/fs/cgroup", cgroup))) found.push(`cgroup ${cgroup}`);
  return found;
}
