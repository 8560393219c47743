import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";
import { childOf, identify, isAlive, type ProcessIdentity, readStat } from "../lib/identity.ts";
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

/** Writes down its own number, start time and boot before it becomes `unshare`: no crash can leave it unknown. */
const KEEPER = 'cat /proc/$$/stat /proc/sys/kernel/random/boot_id > "$1" && shift && exec "$@"';

/** Creates the namespaces. */
export async function createNamespaces(layout: Layout): Promise<NodeRecord> {
  const log = join(layout.logs, "init.log");
  const unshare = [
    "unshare",
    ...NAMESPACES,
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
  ];
  spawnDetached(["sh", "-c", KEEPER, "sh", layout.record, ...unshare, "catatonit", "-P"], log);
  // The init is there before its own /proc is mounted; what enters earlier would see the host's.
  const isMounted = async (): Promise<boolean> => {
    const record = readNodeRecord(layout);
    if (!record) return false;
    const enter = ["-t", String(record.init.pid), "-m", "-p", "--"];
    return (await run("nsenter", [...enter, "cat", "/proc/1/comm"])).trim() === "catatonit";
  };
  const explain = (): string =>
    `the bare back end needs root and namespaces\n${readFileSync(log, "utf8").slice(-2_000)}`;
  await waitUntil("the node's namespaces exist", isMounted, {
    deadline: seconds(10),
    every: milliseconds(10),
    explain,
  });
  const record = readNodeRecord(layout);
  if (!record) throw new ClusterError("failed", `the node's init ended at once; see ${log}`);
  return record;
}

/** Reads what the keeper wrote: its line of /proc/PID/stat, then the boot's id. */
export function readKeeper(text: string): ProcessIdentity | undefined {
  const [stat = "", bootId = ""] = text.trim().split("\n");
  const startTime = readStat(stat)?.startTime;
  return startTime && bootId !== "" ? { pid: Number.parseInt(stat, 10), startTime, bootId } : undefined;
}

/** The process that holds the node's namespaces; undefined when there is none, or it is gone. */
export function keeperOf(layout: Layout): ProcessIdentity | undefined {
  if (!existsSync(layout.record)) return undefined;
  const keeper = readKeeper(readFileSync(layout.record, "utf8"));
  return keeper && isAlive(keeper) ? keeper : undefined;
}

/** Keeper and init of a running node; undefined when there is none. */
export function readNodeRecord(layout: Layout): NodeRecord | undefined {
  const keeper = keeperOf(layout);
  const child = keeper && childOf(keeper.pid);
  const init = child === undefined ? undefined : identify(child);
  return keeper && init ? { keeper, init } : undefined;
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
