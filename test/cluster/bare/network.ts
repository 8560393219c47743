import { writeFileSync } from "node:fs";
import { run, tryRun } from "../lib/run.ts";
import type { Layout } from "./layout.ts";
import { inside, type NodeRecord } from "./namespaces.ts";

/** A link between host and node; the host's programs reach pods and ClusterIPs through it. */
export async function createLink(record: NodeRecord, { addresses }: Layout): Promise<void> {
  const { host, node, hostDevice, nodeDevice, linkPrefix } = addresses;
  const netns = String(record.init.pid);
  await run("ip", ["link", "add", hostDevice, "type", "veth", "peer", "name", nodeDevice, "netns", netns]);
  const [program = "", ...args] = inside(record.init);
  const commands = [
    "link set lo up",
    `addr add ${node}/${linkPrefix} dev ${nodeDevice}`,
    `link set ${nodeDevice} up`,
    `route add default via ${host}`,
  ];
  await run(program, [...args, "ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
  const onHost = [
    `addr add ${host}/${linkPrefix} dev ${hostDevice}`,
    `link set ${hostDevice} up`,
    `route replace ${addresses.podCidr} via ${node}`,
    `route replace ${addresses.serviceCidr} via ${node}`,
  ];
  await run("ip", ["-batch", "-"], { input: `${onHost.join("\n")}\n` });
}

/** Takes the host's end away; the routes go with it. */
export async function removeLink({ addresses }: Layout): Promise<void> {
  await tryRun("ip", ["link", "del", addresses.hostDevice]);
}

/** The default of 128 inotify instances is used up by one node. */
export function raiseInotifyLimit(): void {
  try {
    writeFileSync("/proc/sys/fs/inotify/max_user_instances", "1024");
  } catch {
    // a read-only /proc/sys: the node may still work where the limit is high enough
  }
}
