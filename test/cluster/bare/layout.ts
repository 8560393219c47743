import { join } from "node:path";
import { type Addresses, addressesOf, type ClusterName } from "../addresses.ts";

/** State folders are short: paths of Unix sockets must stay below 108 characters. */
export const STATE_ROOT = "/run/bascule";

/** Where everything of one cluster lies, and under which addresses. */
export type Layout = {
  readonly name: ClusterName;
  readonly addresses: Addresses;
  readonly nodeName: string;
  /** The node's parent of all pods' cgroups, so that two clusters' kubelets never share one. */
  readonly cgroup: string;
  readonly root: string;
  readonly pki: string;
  readonly config: string;
  readonly logs: string;
  readonly components: string;
  readonly auditLog: string;
  readonly containerdSocket: string;
  readonly kubeconfig: string;
  readonly facts: string;
  /** Written by the process that holds the namespaces. */
  readonly record: string;
  readonly lock: string;
};

export function layoutOf(name: ClusterName): Layout {
  const root = join(STATE_ROOT, name);
  return {
    name,
    addresses: addressesOf(name),
    nodeName: `${name}-node`,
    cgroup: `bascule-${name}`,
    root,
    pki: join(root, "pki"),
    config: join(root, "config"),
    logs: join(root, "logs"),
    components: join(root, "components"),
    auditLog: join(root, "logs", "audit.log"),
    containerdSocket: join(root, "containerd.sock"),
    kubeconfig: join(root, "kubeconfig"),
    facts: join(root, "cluster.json"),
    record: join(root, "keeper"),
    lock: join(STATE_ROOT, `${name}.lock`),
  };
}

/** Ports on the node's address. */
export const PORTS = {
  apiserver: 6443,
  dnsReady: 8181,
  etcdHealth: 2381,
  kubeletHealth: 10248,
  proxyHealth: 10256,
  gateway: 8000,
  gatewayMetrics: 8082,
  prometheus: 9090,
  discovery: 9099,
} as const;
