/**
 * A real Kubernetes cluster for the demo and the tests, behind one interface with two back ends.
 * See README.md of this folder.
 */
import { existsSync } from "node:fs";
import { seconds } from "../../src/base/duration.ts";
import { type ClusterName, DEFAULT_NAME } from "./addresses.ts";
import { layoutOf } from "./bare/layout.ts";
import { readBare, readFaults, stopBare } from "./bare/open.ts";
import { startBare } from "./bare/up.ts";
import type { Cluster } from "./cluster.ts";
import { ClusterError } from "./errors.ts";
import { dockerAnswers, kindState, startKind, stopKind } from "./kind/lifecycle.ts";
import { readKind } from "./kind/open.ts";
import { SILENT } from "./lib/progress.ts";
import type { UpOptions } from "./options.ts";

export { CLUSTER_NAMES, type ClusterName, DEFAULT_NAME, readClusterName } from "./addresses.ts";
export {
  type Cluster,
  type ClusterFacts,
  COMPONENTS,
  type Component,
  type ComponentName,
} from "./cluster.ts";
export { ClusterError } from "./errors.ts";
export type { UpOptions } from "./options.ts";

function read(name: ClusterName): Cluster | undefined {
  return readBare(layoutOf(name)) ?? readKind(name);
}

/**
 * The running cluster of that name.
 * @throws ClusterError `missing` when it is not up.
 */
export async function openCluster(name: ClusterName = DEFAULT_NAME): Promise<Cluster> {
  const cluster = read(name);
  if (cluster) return cluster;
  throw new ClusterError(
    "missing",
    `cluster ${name} is not up; run: node test/cluster/main.ts up --name ${name}`,
  );
}

/** Components that do not answer; empty for a healthy cluster. @throws ClusterError `missing` when it is not up. */
export async function clusterFaults(name: ClusterName = DEFAULT_NAME): Promise<readonly string[]> {
  const cluster = await openCluster(name);
  if (cluster.backend === "bare") return readFaults(layoutOf(name), cluster);
  const pid = await cluster.component("apiserver").pid();
  return pid === undefined ? ["apiserver"] : [];
}

/** Starts a cluster, after ending an earlier one of the same name; builds programs and images where needed. */
export async function clusterUp(options: UpOptions = {}): Promise<Cluster> {
  const {
    name = DEFAULT_NAME,
    backend = "auto",
    keep = false,
    scrapeInterval = seconds(1),
    progress = SILENT,
  } = options;
  if (keep && read(name) && (await clusterFaults(name)).length === 0) return openCluster(name);
  const chosen = backend === "auto" ? ((await dockerAnswers()) ? "kind" : "bare") : backend;
  if (chosen === "bare") await startBare(layoutOf(name), { progress, scrapeInterval });
  else await startKind(name, { progress, scrapeInterval });
  return openCluster(name);
}

/** Ends a cluster and removes everything that it made. Nothing happens when it is not up. */
export async function clusterDown(name: ClusterName = DEFAULT_NAME): Promise<void> {
  if (existsSync(kindState(name)))
    await stopKind(name); // also one whose start did not finish
  else await stopBare(layoutOf(name));
}
