import { type Duration, renderDuration } from "../../../../src/base/duration.ts";
import { RULES_FILE } from "../../addons/alert-rules.ts";
import { PORTS } from "../layout.ts";

/** Debian's Prometheus has no Kubernetes discovery: pods come from our own `http_sd` server. */
export function renderPrometheus(node: string, interval: Duration): string {
  const every = renderDuration(interval);
  return `${JSON.stringify(
    {
      global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
      rule_files: [RULES_FILE],
      scrape_configs: [
        {
          job_name: "traefik",
          static_configs: [{ targets: [`${node}:${PORTS.gatewayMetrics}`], labels: { instance: "traefik" } }],
        },
        {
          job_name: "pods",
          http_sd_configs: [{ url: `http://${node}:${PORTS.discovery}/targets`, refresh_interval: "1s" }],
        },
      ],
    },
    undefined,
    2,
  )}\n`;
}
