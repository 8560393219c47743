import type { ClusterFacts } from "../cluster.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Lines for `eval`: what tools and tests read to find the cluster. */
export function renderEnvironment(facts: ClusterFacts): string {
  const variables: Readonly<Record<string, string>> = {
    KUBECONFIG: facts.kubeconfig,
    BASCULE_CLUSTER: facts.name,
    BASCULE_API_SERVER: facts.apiServer,
    BASCULE_GATEWAY_URL: facts.gatewayUrl,
    BASCULE_GATEWAY_METRICS_URL: facts.gatewayMetricsUrl,
    BASCULE_PROMETHEUS_URL: facts.prometheusUrl,
    BASCULE_HOST_ADDRESS: facts.hostAddress,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return `${lines.join("")}export PATH=${quote(facts.programs.path)}:"$PATH"\n`;
}

/** For people: where everything is. */
export function renderFacts(facts: ClusterFacts): string {
  return [
    `cluster      ${facts.name} (${facts.backend})`,
    `API server   ${facts.apiServer}`,
    `gateway      ${facts.gatewayUrl}`,
    `its metrics  ${facts.gatewayMetricsUrl}`,
    `Prometheus   ${facts.prometheusUrl}`,
    `host         ${facts.hostAddress} (as pods see it)`,
    `kubeconfig   export KUBECONFIG=${facts.kubeconfig}`,
    "",
  ].join("\n");
}

/** The facts alone, without the functions of the cluster. */
export function pickFacts(facts: ClusterFacts): ClusterFacts {
  const {
    name,
    backend,
    kubeconfig,
    apiServer,
    gatewayUrl,
    gatewayMetricsUrl,
    prometheusUrl,
    hostAddress,
    programs,
  } = facts;
  return {
    name,
    backend,
    kubeconfig,
    apiServer,
    gatewayUrl,
    gatewayMetricsUrl,
    prometheusUrl,
    hostAddress,
    programs,
  };
}
