/** Built-in program: an HTTP service as a Deployment with everything that belongs to its release. */
import { apps, autoscaling, core, networking, policy } from "@pulumi/kubernetes";
import { defineStack, type SlotInput } from "bascule/stack";
import { makeConfigMap } from "./config-map.ts";
import { renderPodTemplate } from "./pod.ts";
import { values, type WebServiceValues } from "./values.ts";

export default defineStack({
  name: "web-service",
  values,
  ports: (v) => [{ name: "http", port: v.port }],
  slot(input, v) {
    const { name, namespace, labels } = input;
    const metadata = { name, namespace, labels: { ...labels } };
    const options = { provider: input.provider };
    const configMap = makeConfigMap(input, v);
    const account = new core.v1.ServiceAccount(
      name,
      {
        metadata: { ...metadata, annotations: v.serviceAccountAnnotations },
        automountServiceAccountToken: false,
      },
      options,
    );
    new apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          // No replicas: the controller owns them.
          selector: { matchLabels: { ...input.selector } },
          revisionHistoryLimit: 2,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
          template: renderPodTemplate(input, v, configMap?.name),
        },
      },
      // Without its account no pod is created, and the Deployment goes on to give that as the reason when another follows.
      { ...options, dependsOn: configMap === undefined ? [account] : [account, configMap.resource] },
    );
    new policy.v1.PodDisruptionBudget(
      name,
      {
        metadata,
        spec: {
          maxUnavailable: v.disruption.maxUnavailable,
          selector: { matchLabels: { ...input.selector } },
        },
      },
      options,
    );
    if (v.autoscaling) renderAutoscaler(input, v.autoscaling);
    if (v.ingress) renderNetworkPolicy(input, v.ingress.namespaces);
    return { workloads: [{ kind: "Deployment", name }] };
  },
});

function renderAutoscaler(input: SlotInput, scaling: NonNullable<WebServiceValues["autoscaling"]>): void {
  new autoscaling.v2.HorizontalPodAutoscaler(
    input.name,
    {
      metadata: { name: input.name, namespace: input.namespace, labels: { ...input.labels } },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: input.name },
        minReplicas: scaling.min,
        maxReplicas: scaling.max,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: scaling.targetCPU } },
          },
        ],
      },
    },
    { provider: input.provider },
  );
}

function renderNetworkPolicy(input: SlotInput, namespaces: readonly string[]): void {
  new networking.v1.NetworkPolicy(
    input.name,
    {
      metadata: { name: input.name, namespace: input.namespace, labels: { ...input.labels } },
      spec: {
        podSelector: { matchLabels: { ...input.selector } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [...new Set([input.namespace, ...namespaces])].map((name) => ({
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
            })),
          },
        ],
      },
    },
    { provider: input.provider },
  );
}
