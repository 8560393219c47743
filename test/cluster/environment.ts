import type { ClusterFacts } from "./cluster.ts";

/** The variables by which tools and tests find a cluster; PATH is not among them. */
export const environmentOf = (facts: ClusterFacts): Readonly<Record<string, string>> => ({
  KUBECONFIG: facts.kubeconfig,
  BASCULE_CLUSTER: facts.name,
  BASCULE_API_SERVER: facts.apiServer,
  BASCULE_GATEWAY_URL: facts.gatewayUrl,
  BASCULE_GATEWAY_METRICS_URL: facts.gatewayMetricsUrl,
  BASCULE_PROMETHEUS_URL: facts.prometheusUrl,
  BASCULE_DNS_ADDRESS: facts.dnsAddress,
  BASCULE_HOST_ADDRESS: facts.hostAddress,
});
