import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { minutes } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";
import type { Progress } from "../lib/progress.ts";
import { run } from "../lib/run.ts";

/** A file of each package that the bare back end needs, so that a look costs nothing. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: "/usr/bin/containerd",
  runc: "/usr/sbin/runc",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  iptables: "/usr/sbin/iptables",
  nftables: "/usr/sbin/nft",
  conntrack: "/usr/sbin/conntrack",
  ethtool: "/usr/sbin/ethtool",
  iproute2: "/usr/bin/ip",
  socat: "/usr/bin/socat",
  kmod: "/usr/bin/kmod",
  openssl: "/usr/bin/openssl",
  buildah: "/usr/bin/buildah",
  catatonit: "/usr/bin/catatonit",
  "busybox-static": "/bin/busybox",
  prometheus: "/usr/bin/prometheus",
  "util-linux": "/usr/bin/nsenter",
  procps: "/usr/sbin/sysctl",
};

const isThere = (file: string): boolean =>
  existsSync(file) || existsSync(file.replace("/usr/sbin/", "/sbin/"));

const missingPackages = (): readonly string[] =>
  Object.entries(PACKAGES).flatMap(([name, file]) => (isThere(file) ? [] : [name]));

/** Unit tests make certificates too, and have to do without the rest of the packages. */
export async function ensureOpenssl(progress: Progress): Promise<void> {
  if (spawnSync("openssl", ["version"]).status !== 0) await install(["openssl"], progress);
}

/** Installs what is missing. */
export async function ensurePackages(progress: Progress): Promise<void> {
  const missing = missingPackages();
  if (missing.length > 0) await install(missing, progress);
}

/** RUNLEVEL=1 keeps the packages' services from starting: the node runs its own. */
async function install(missing: readonly string[], progress: Progress): Promise<void> {
  if (!existsSync("/usr/bin/apt-get")) {
    throw new ClusterError(
      "missing",
      `install what these Debian packages contain, then try again: ${missing.join(" ")}`,
    );
  }
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await progress.step(`install ${missing.join(" ")}`, async () => {
    await run("apt-get", ["update", "-q"], { env, deadline: minutes(10) });
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing], {
      env,
      deadline: minutes(20),
    });
  });
}
