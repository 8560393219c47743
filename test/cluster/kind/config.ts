import { type Addresses, addressesOf, CLUSTER_NAMES, type ClusterName } from "../addresses.ts";
import { PORTS } from "../bare/layout.ts";
import { SCALER_PACE } from "../scaler-pace.ts";

export const NODE_IMAGE = "kindest/node:v1.35.0";

/** Ports on the host's loopback, apart from those of the other names. */
export function hostPortsOf(name: ClusterName): {
  readonly gateway: number;
  readonly metrics: number;
  readonly prometheus: number;
} {
  const first = 30_800 + 10 * CLUSTER_NAMES.indexOf(name);
  return { gateway: first, metrics: first + 1, prometheus: first + 2 };
}

export const kindName = (name: ClusterName): string => `bascule-${name}`;
export const nodeContainer = (name: ClusterName): string => `${kindName(name)}-control-plane`;

/** kind's own configuration file (JSON is YAML). The node's ports are those of the bare back end. */
export function renderKindConfig(name: ClusterName): string {
  const ranges: Addresses = addressesOf(name);
  const ports = hostPortsOf(name);
  const map = (containerPort: number, hostPort: number) => ({
    containerPort,
    hostPort,
    listenAddress: "127.0.0.1",
  });
  return JSON.stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: { podSubnet: ranges.podCidr, serviceSubnet: ranges.serviceCidr },
    nodes: [
      {
        role: "control-plane",
        image: NODE_IMAGE,
        extraPortMappings: [
          map(PORTS.gateway, ports.gateway),
          map(PORTS.gatewayMetrics, ports.metrics),
          map(PORTS.prometheus, ports.prometheus),
        ],
        kubeadmConfigPatches: [
          "kind: KubeletConfiguration\nfailCgroupV1: false\n",
          JSON.stringify({ kind: "ClusterConfiguration", controllerManager: { extraArgs: SCALER_PACE } }),
        ],
      },
    ],
  });
}
