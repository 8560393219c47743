import { CLUSTER_DOMAIN } from "../../addons/dns.ts";
import { kubeconfigOf } from "../kubeconfigs.ts";
import { type Layout, PORTS } from "../layout.ts";

/** CoreDNS: the cluster's own names, forwards and backwards. Others are refused, since there is nobody to ask. */
export function renderCorefile(layout: Layout): string {
  const zones = `${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa`;
  const { node } = layout.addresses;
  return [
    `${zones} {`,
    `  bind ${node}`,
    `  ready ${node}:${PORTS.dnsReady}`,
    "  errors",
    `  kubernetes ${zones} {`,
    `    kubeconfig ${kubeconfigOf(layout, "coredns")}`,
    "  }",
    "}",
    "",
  ].join("\n");
}
