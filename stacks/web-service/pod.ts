import type { types } from "@pulumi/kubernetes";
import type { SlotInput } from "bascule/stack";
import type { WebServiceValues } from "./values.ts";

type PodTemplate = types.input.core.v1.PodTemplateSpec;
type Container = types.input.core.v1.Container;
type Probe = types.input.core.v1.Probe;

/** Pod template of a slot; it meets the Pod Security level `restricted`. */
export function renderPodTemplate(
  input: SlotInput,
  values: WebServiceValues,
  configMap: string | undefined,
): PodTemplate {
  const writable = ["/tmp", ...values.writablePaths.filter((path) => path !== "/tmp")];
  const files =
    configMap !== undefined && values.files ? { name: configMap, path: values.files.path } : undefined;
  return {
    metadata: { labels: { ...input.podLabels }, annotations: metricsAnnotations(values) },
    spec: {
      serviceAccountName: input.name,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: values.terminationGracePeriod,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: values.runAsUser,
        runAsGroup: values.runAsUser,
        fsGroup: values.runAsUser,
        seccompProfile: { type: "RuntimeDefault" },
      },
      topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
        (topologyKey) => ({
          maxSkew: 1,
          topologyKey,
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { ...input.selector } },
        }),
      ),
      containers: [renderContainer(input, values, configMap, writable)],
      volumes: [
        ...writable.map((_path, i) => ({ name: `writable-${i}`, emptyDir: {} })),
        ...(files ? [{ name: "files", configMap: { name: files.name, items: fileItems(values) } }] : []),
      ],
    },
  };
}

function renderContainer(
  input: SlotInput,
  values: WebServiceValues,
  configMap: string | undefined,
  writable: readonly string[],
): Container {
  const configRef = configMap !== undefined && Object.keys(values.config).length > 0 ? configMap : undefined;
  return {
    name: "main",
    image: readImage(input.images),
    ...(values.command ? { command: [...values.command] } : {}),
    ...(values.args ? { args: [...values.args] } : {}),
    ports: [
      { name: "http", containerPort: values.port },
      ...(values.metrics?.port !== undefined && values.metrics.port !== values.port
        ? [{ name: "metrics", containerPort: values.metrics.port }]
        : []),
    ],
    env: Object.entries(values.env).map(([name, value]) => ({ name, value })),
    envFrom: [
      ...(configRef === undefined ? [] : [{ configMapRef: { name: configRef } }]),
      ...values.secrets.map((name) => ({ secretRef: { name } })),
    ],
    resources: {
      requests: values.resources.requests,
      ...(values.resources.limits ? { limits: definedLimits(values.resources.limits) } : {}),
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...renderProbes(values),
    // The pod goes on answering while gateways and kube-proxy learn that it leaves: a switch loses nothing.
    ...(values.drain > 0 ? { lifecycle: { preStop: { sleep: { seconds: values.drain } } } } : {}),
    volumeMounts: [
      ...writable.map((mountPath, i) => ({ name: `writable-${i}`, mountPath })),
      ...(values.files && configMap !== undefined
        ? [{ name: "files", mountPath: values.files.path, readOnly: true }]
        : []),
    ],
  };
}

/** The single container takes the image `main`; another name would be silently ignored, so it is refused. */
function readImage(images: Readonly<Record<string, string>>): string {
  const extra = Object.keys(images).filter((name) => name !== "main");
  if (extra.length > 0)
    throw new Error(
      `package.images.${extra[0]}: web-service runs one container, "main"; leave the others out`,
    );
  if (images.main === undefined) throw new Error("package.image: is missing; web-service needs one");
  return images.main;
}

function renderProbes(
  values: WebServiceValues,
): Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const get = (probe: WebServiceValues["readiness"]): Probe => ({
    httpGet: { path: probe.path, port: probe.port ?? values.port },
    timeoutSeconds: 2,
  });
  return {
    // Up to two minutes to start; liveness begins only afterwards, readiness is asked every second until then.
    startupProbe: { ...get(values.readiness), periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...get(values.readiness), periodSeconds: 2, failureThreshold: 2 },
    // Slow on purpose: restarting an overloaded pod makes the overload worse.
    livenessProbe: { ...get(values.liveness), periodSeconds: 10, failureThreshold: 6 },
  };
}

function metricsAnnotations(values: WebServiceValues): Record<string, string> {
  if (!values.metrics) return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(values.metrics.port ?? values.port),
    "prometheus.io/path": values.metrics.path,
  };
}

const fileItems = (values: WebServiceValues): { key: string; path: string }[] =>
  Object.keys(values.files?.content ?? {}).map((key) => ({ key, path: key }));

const definedLimits = (limits: {
  cpu?: string | undefined;
  memory?: string | undefined;
}): Record<string, string> => ({
  ...(limits.cpu === undefined ? {} : { cpu: limits.cpu }),
  ...(limits.memory === undefined ? {} : { memory: limits.memory }),
});
