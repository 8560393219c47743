import { ClusterError } from "./errors.ts";

/** Everything that two clusters on one machine must not share. */
export type Addresses = {
  /** The host's end of the link, also how pods and the API server reach the host. */
  readonly host: string;
  /** The node: API server, gateway and Prometheus listen here. */
  readonly node: string;
  readonly linkPrefix: 30;
  readonly podCidr: string;
  /** The part of `podCidr` that the one node hands out. */
  readonly nodePodCidr: string;
  readonly serviceCidr: string;
  /** ClusterIP of `default/kubernetes`, always the first of the range. */
  readonly apiService: string;
  /** ClusterIP of `kube-system/kube-dns`, by custom the tenth of the range. */
  readonly dnsService: string;
  /** Network devices have at most 15 characters. */
  readonly hostDevice: string;
  readonly nodeDevice: string;
};

/** The order is the address: append, never insert. */
export const CLUSTER_NAMES = ["demo", "test", "dev", "bascule", "bench", "faults"] as const;
export type ClusterName = (typeof CLUSTER_NAMES)[number];
export const DEFAULT_NAME: ClusterName = "bascule";

/** @throws ClusterError `usage` for a name that has no slot in the address table. */
export function readClusterName(text: string): ClusterName {
  const name = CLUSTER_NAMES.find((n) => n === text);
  if (name) return name;
  throw new ClusterError("usage", `"${text}" is no cluster name; choose one of ${CLUSTER_NAMES.join(", ")}`);
}

/** The addresses that belong to a name; no two names overlap. */
export function addressesOf(name: ClusterName): Addresses {
  const slot = CLUSTER_NAMES.indexOf(name);
  const link = `172.31.${250 + slot}`;
  const pods = `10.${244 + slot}`;
  const services = `10.${96 + slot}`;
  return {
    host: `${link}.1`,
    node: `${link}.2`,
    linkPrefix: 30,
    podCidr: `${pods}.0.0/16`,
    nodePodCidr: `${pods}.0.0/24`,
    serviceCidr: `${services}.0.0/16`,
    apiService: `${services}.0.1`,
    dnsService: `${services}.0.10`,
    hostDevice: `bsc-${name}-h`,
    nodeDevice: `bsc-${name}-n`,
  };
}
