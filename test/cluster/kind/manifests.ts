import { type Duration, renderDuration } from "../../../src/base/duration.ts";
import { RULES_FILE, renderAlertRules } from "../addons/alert-rules.ts";
import { POD_LABELS } from "../addons/discovery.ts";
import { GATEWAY, type Manifest } from "../addons/manifests.ts";
import { traefikOptions } from "../bare/commands.ts";
import { PORTS } from "../bare/layout.ts";

const TRAEFIK_IMAGE = "traefik:v3.6.12";
const PROMETHEUS_IMAGE = "prom/prometheus:v2.55.1";
const namespace = GATEWAY.namespace;

/** A Deployment on the node's own network: its ports are the node's ports, which kind maps to the host. */
function deployment(
  name: string,
  container: Manifest,
  volumes: readonly Manifest[] = [],
): readonly Manifest[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: `bascule-${name}` },
      // A throw-away test cluster; the bare back end gives the same rights by certificate.
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            serviceAccountName: name,
            hostNetwork: true,
            dnsPolicy: "ClusterFirstWithHostNet",
            tolerations: [{ operator: "Exists" }],
            containers: [{ name, ...container }],
            volumes,
          },
        },
      },
    },
  ];
}

export const traefikManifests = (statusAddress: string): readonly Manifest[] =>
  deployment("traefik", {
    image: TRAEFIK_IMAGE,
    args: traefikOptions(statusAddress),
    readinessProbe: { httpGet: { path: "/ping", port: PORTS.gatewayMetrics }, periodSeconds: 1 },
  });

/** Discovery by Kubernetes itself, with the labels that the bare back end's server gives. */
export function renderPodDiscovery(): Manifest {
  const from = (source: string, target: string): Manifest => ({
    source_labels: [source],
    target_label: target,
  });
  const label = (name: string): string => `__meta_kubernetes_pod_label_${name.replace(/[^a-zA-Z0-9]/g, "_")}`;
  return {
    job_name: "pods",
    kubernetes_sd_configs: [{ role: "pod" }],
    relabel_configs: [
      {
        source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"],
        regex: "true",
        action: "keep",
      },
      { source_labels: ["__meta_kubernetes_pod_phase"], regex: "Running", action: "keep" },
      {
        source_labels: ["__meta_kubernetes_pod_ip", "__meta_kubernetes_pod_annotation_prometheus_io_port"],
        separator: ":",
        regex: "(.+:[0-9]+)",
        target_label: "__address__",
      },
      { ...from("__meta_kubernetes_pod_annotation_prometheus_io_path", "__metrics_path__"), regex: "(.+)" },
      from("__meta_kubernetes_namespace", "namespace"),
      from("__meta_kubernetes_pod_name", "pod"),
      { ...from(label("app.kubernetes.io/name"), "app"), regex: "(.+)" },
      { ...from(label("app"), "app"), regex: "(.+)" },
      ...Object.entries(POD_LABELS).map(([name, target]) => from(label(name), target)),
    ],
  };
}

export function prometheusManifests(interval: Duration): readonly Manifest[] {
  const every = renderDuration(interval);
  const config = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: [RULES_FILE],
    scrape_configs: [
      {
        job_name: "traefik",
        static_configs: [{ targets: [`127.0.0.1:${PORTS.gatewayMetrics}`], labels: { instance: "traefik" } }],
      },
      renderPodDiscovery(),
    ],
  };
  const container = {
    image: PROMETHEUS_IMAGE,
    args: [
      "--config.file=/etc/prometheus/prometheus.yml",
      `--web.listen-address=:${PORTS.prometheus}`,
      "--storage.tsdb.retention.time=6h",
      "--scrape.discovery-reload-interval=1s",
    ],
    readinessProbe: { httpGet: { path: "/-/ready", port: PORTS.prometheus }, periodSeconds: 1 },
    volumeMounts: [{ name: "config", mountPath: "/etc/prometheus" }],
  };
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "prometheus", namespace },
      data: { "prometheus.yml": JSON.stringify(config), [RULES_FILE]: renderAlertRules() },
    },
    ...deployment("prometheus", container, [{ name: "config", configMap: { name: "prometheus" } }]),
  ];
}
