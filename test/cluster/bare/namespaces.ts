import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";
import { childOf, identify, isAlive, type ProcessIdentity } from "../lib/identity.ts";
import { run } from "../lib/run.ts";
import { waitUntil } from "../lib/wait.ts";
import type { Layout } from "./layout.ts";

/**
 * The node is a set of namespaces, held by one process (catatonit as a reaper) that is their init. When that
 * init ends, the kernel ends every process in them, and with the last one all mounts, devices and rules are gone.
 */
export type NodeRecord = {
  /** `unshare`, on the host's side; ends with the init. */
  readonly keeper: ProcessIdentity;
  readonly init: ProcessIdentity;
};

const NAMESPACES = ["--mount", "--net", "--pid", "--ipc", "--uts"];

/** Folders that programs use under fixed names: each cluster sees a private, empty one. */
const PRIVATE = ["/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers", "/run/netns"];

/** Starts a program that outlives this one, its output in a log file. */
export function spawnDetached(
  argv: readonly string[],
  log: string,
  env: Readonly<Record<string, string>> = {},
): number {
  const [program = "", ...args] = argv;
  const file = openSync(log, "a", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", file, file],
      env: { PATH: process.env.PATH, HOME: "/root", ...env },
    });
    child.on("error", () => undefined); // seen below as a missing number
    child.unref();
    if (child.pid === undefined)
      throw new ClusterError("missing", `cannot start ${program}; is it installed?`);
    return child.pid;
  } finally {
    closeSync(file);
  }
}

/** The identity of the child that `unshare` and `nsenter` fork to get into a process namespace. */
export async function identityOfChild(parent: number, what: string, log: string): Promise<ProcessIdentity> {
  let id: ProcessIdentity | undefined;
  await waitUntil(
    `${what} has started`,
    () => {
      const child = childOf(parent);
      id = child === undefined ? undefined : identify(child);
      return id !== undefined;
    },
    { deadline: seconds(10), every: milliseconds(5), explain: () => readFileSync(log, "utf8").slice(-2_000) },
  );
  return id as ProcessIdentity;
}

/** Puts an argument vector in front of which everything runs inside of the node. */
export const inside = (init: ProcessIdentity): readonly string[] => [
  "nsenter",
  "-t",
  String(init.pid),
  "-m",
  "-n",
  "-p",
  "-i",
  "-u",
  "--",
];

/** Creates the namespaces and writes them down. */
export async function createNamespaces(layout: Layout): Promise<NodeRecord> {
  const log = join(layout.logs, "init.log");
  const pid = spawnDetached(
    [
      "unshare",
      ...NAMESPACES,
      "--fork",
      "--kill-child",
      "--mount-proc",
      "--propagation",
      "private",
      "catatonit",
      "-P",
    ],
    log,
  );
  const keeper = identify(pid);
  if (!keeper)
    throw new ClusterError("failed", "unshare ended at once; the bare back end needs root and namespaces");
  const init = await identityOfChild(pid, "the node's init", log);
  const record: NodeRecord = { keeper, init };
  writeFileSync(layout.record, JSON.stringify(record));
  // The init is there before its own /proc is mounted; what enters earlier would see the host's.
  await waitUntil(
    "the node's own /proc is mounted",
    async () =>
      (await run("nsenter", ["-t", String(init.pid), "-m", "-p", "--", "cat", "/proc/1/comm"])).trim() ===
      "catatonit",
    { deadline: seconds(10) },
  );
  return record;
}

/** What an earlier start wrote down; undefined when there is nothing or its init is gone. */
export function readNodeRecord(layout: Layout): NodeRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(layout.record, "utf8")) as NodeRecord;
    return isAlive(record.init) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Shared propagation for the kubelet's volumes, and private copies of the folders with fixed names. */
export async function prepareMounts(record: NodeRecord, layout: Layout): Promise<void> {
  for (const folder of PRIVATE) mkdirSync(folder, { recursive: true });
  const script = [
    "set -e",
    "mount --make-rshared /",
    ...PRIVATE.map((folder) => `mount -t tmpfs -o size=64m,mode=755 bascule ${folder}`),
    `hostname ${layout.nodeName}`,
    // Without a resolver that answers, programs that ask for their own name would wait for seconds.
    `mount --bind ${join(layout.config, "hosts")} /etc/hosts`,
    `mount --bind ${join(layout.config, "resolv.conf")} /etc/resolv.conf`,
    "sysctl -qw net.ipv4.ip_forward=1",
    "sysctl -qw net.bridge.bridge-nf-call-iptables=1",
  ].join("\n");
  const [program = "", ...args] = inside(record.init);
  await run(program, [...args, "sh", "-c", script]);
}
