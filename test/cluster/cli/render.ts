import type { ClusterFacts } from "../cluster.ts";
import { environmentOf } from "../environment.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Lines for `eval`: what tools and tests read to find the cluster. */
export function renderEnvironment(facts: ClusterFacts): string {
  const lines = Object.entries(environmentOf(facts)).map(
    ([name, value]) => `export ${name}=${quote(value)}\n`,
  );
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
    `DNS          ${facts.dnsAddress}`,
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
    dnsAddress,
    hostAddress,
    auditLog,
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
    dnsAddress,
    hostAddress,
    ...(auditLog === undefined ? {} : { auditLog }),
    programs,
  };
}
