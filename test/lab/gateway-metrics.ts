import type { Cluster } from "../cluster/index.ts";
import type { AnyObject } from "./kinds.ts";
import type { Objects } from "./objects.ts";
import { CHECKS } from "./shop.ts";

/** Service at whose endpoints Traefik shows its metrics, as its chart makes one. */
export const GATEWAY_METRICS = { name: "traefik-metrics", namespace: "gateways", port: "metrics" } as const;

/** Traefik runs beside the cluster, so its Service names the endpoint itself. A team may read it. Running it again is fine. */
export async function serveGatewayMetrics(
  objects: Objects,
  { gatewayMetricsUrl }: Pick<Cluster, "gatewayMetricsUrl">,
  team: string,
): Promise<void> {
  await objects.apply(grantFor(team));
  const { name, namespace, port: portName } = GATEWAY_METRICS;
  const { hostname, port } = new URL(gatewayMetricsUrl);
  const ports = [{ name: portName, port: Number(port) }];
  await objects.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { clusterIP: "None", ports },
  });
  await objects.apply({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports,
    endpoints: [{ addresses: [hostname], conditions: { ready: true } }],
  });
}

/** Lets the checks of a team read the metrics of the gateway. */
export const grantFor = (team: string): AnyObject => ({
  apiVersion: "gateway.networking.k8s.io/v1beta1",
  kind: "ReferenceGrant",
  metadata: { name: `metrics-for-${team}`, namespace: GATEWAY_METRICS.namespace },
  spec: {
    from: [{ group: "bascule.dev", kind: "Verification", namespace: team }],
    to: [{ group: "", kind: "Service", name: GATEWAY_METRICS.name }],
  },
});

/** The pack `traefik-compare-direct` as an entry of a plan of the lab. */
export const DIRECT = {
  name: "direct",
  templateRef: { name: "traefik-compare-direct" },
  args: {
    gateway: GATEWAY_METRICS.name,
    gatewayNamespace: GATEWAY_METRICS.namespace,
    metricsPort: GATEWAY_METRICS.port,
    detect: "10%",
    max: "0.1%",
  },
} as const;

/** The checks of the lab with the comparison in place of what reads Prometheus. */
export const DIRECT_CHECKS = [
  ...CHECKS.filter(({ name }) => name !== "golden"),
  { ...DIRECT, window: "6s" },
] as const;
