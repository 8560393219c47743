import type { Layout } from "../layout.ts";

/** One bridge for the one node; hairpin lets a pod reach itself through its Service. */
export function renderCni({ addresses, name }: Layout): string {
  const network = {
    cniVersion: "1.0.0",
    name: `bascule-${name}`,
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: addresses.nodePodCidr }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", snat: true, capabilities: { portMappings: true } },
    ],
  };
  return `${JSON.stringify(network, undefined, 2)}\n`;
}
