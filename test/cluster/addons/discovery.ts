/** The part of a pod that decides whether and where it is scraped. */
export type Pod = {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
};

/** One entry of Prometheus' `http_sd` format. */
export type TargetGroup = {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
};

/** Labels of pods that become labels of series, under names that PromQL can write. */
export const POD_LABELS: Readonly<Record<string, string>> = {
  "bascule.dev/plan": "bascule_plan",
  "bascule.dev/slot": "bascule_slot",
  "bascule.dev/release": "bascule_release",
};

/** The targets of all running pods with the annotation `prometheus.io/scrape: "true"`. Bad ports are left out. */
export function readTargets(pods: readonly Pod[]): readonly TargetGroup[] {
  return pods.flatMap(({ metadata = {}, status = {} }) => {
    const { annotations = {}, labels = {}, name = "", namespace = "" } = metadata;
    if (annotations["prometheus.io/scrape"] !== "true" || status.phase !== "Running" || !status.podIP)
      return [];
    const port = Number(annotations["prometheus.io/port"] ?? "8080");
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return [];
    const own = Object.entries(POD_LABELS).flatMap(([from, to]) =>
      labels[from] ? [[to, labels[from]] as const] : [],
    );
    const app = labels.app ?? labels["app.kubernetes.io/name"];
    return [
      {
        targets: [`${status.podIP}:${port}`],
        labels: {
          __metrics_path__: annotations["prometheus.io/path"] ?? "/metrics",
          namespace,
          pod: name,
          ...(app ? { app } : {}),
          ...Object.fromEntries(own),
        },
      },
    ];
  });
}
