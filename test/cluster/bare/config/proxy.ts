import { kubeconfigOf } from "../kubeconfigs.ts";
import { type Layout, PORTS } from "../layout.ts";

/** kube-proxy; connection tracking sysctls are read-only in a network namespace. */
export function renderProxy(layout: Layout): string {
  return `${JSON.stringify(
    {
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      mode: "iptables",
      clientConnection: { kubeconfig: kubeconfigOf(layout, "kube-proxy") },
      hostnameOverride: layout.nodeName,
      clusterCIDR: layout.addresses.podCidr,
      healthzBindAddress: `${layout.addresses.node}:${PORTS.proxyHealth}`,
      metricsBindAddress: "127.0.0.1:10249",
      oomScoreAdj: 0,
      conntrack: { maxPerCore: 0, min: 0 },
      iptables: { minSyncPeriod: "0s", syncPeriod: "30s" },
    },
    undefined,
    2,
  )}\n`;
}
