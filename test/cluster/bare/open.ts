import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, type ClusterFacts, COMPONENTS } from "../cluster.ts";
import { withLock } from "../lib/lock.ts";
import { answers } from "../lib/wait.ts";
import { apiServerReady, componentOf } from "./component.ts";
import { removeNode } from "./down.ts";
import { loadImage } from "./import-images.ts";
import { type Layout, PORTS } from "./layout.ts";
import { readNodeRecord } from "./namespaces.ts";
import { requireBareHost } from "./up.ts";

/** The stored facts of a cluster that was started completely; undefined when there is none. */
export function readBare(layout: Layout): Cluster | undefined {
  if (!existsSync(layout.facts) || !readNodeRecord(layout)) return undefined;
  const facts = JSON.parse(readFileSync(layout.facts, "utf8")) as ClusterFacts;
  return {
    ...facts,
    loadImage: (archiveOrTag) => loadImage(layout, archiveOrTag),
    component: (name) => componentOf(layout, name),
  };
}

/** Names of the components that do not run or do not answer; empty for a healthy cluster. */
export async function readFaults(layout: Layout, cluster: Cluster): Promise<readonly string[]> {
  const pids = await Promise.all(COMPONENTS.map((name) => cluster.component(name).pid()));
  const stopped: string[] = COMPONENTS.filter((_name, i) => pids[i] === undefined);
  const looks: readonly (readonly [string, () => Promise<boolean>])[] = [
    [
      "apiserver",
      () => apiServerReady(`${cluster.apiServer}/readyz`, readFileSync(join(layout.pki, "ca.crt"), "utf8")),
    ],
    ["prometheus", () => answers(`${cluster.prometheusUrl}/-/ready`)],
    ["coredns", () => answers(`http://${layout.addresses.node}:${PORTS.dnsReady}/ready`)],
    ["traefik", () => answers(cluster.gatewayMetricsUrl.replace(/metrics$/, "ping"))],
  ];
  const silent = await Promise.all(
    looks.map(async ([name, look]) => ((await look().catch(() => false)) ? [] : [name])),
  );
  return [...new Set([...stopped, ...silent.flat()])];
}

/** Ends the cluster and removes all that it made; nothing happens when there is none. */
export async function stopBare(layout: Layout): Promise<void> {
  requireBareHost();
  await withLock(layout.lock, () => removeNode(layout));
}
