/** A web service whose slots share a cache: it is there before the candidate, and no revert takes it away. */
import { apps, core } from "@pulumi/kubernetes";
import { defineStack } from "bascule/stack";
import { z } from "zod";

const values = z.strictObject({
  port: z.int().default(8080),
  cache: z
    .strictObject({
      image: z.string().default("docker.io/valkey/valkey:8.1-alpine"),
      port: z.int().default(6379),
      memory: z.string().default("64Mi"),
      /** Another number means another cache, and all that the former one held is lost. */
      generation: z.int().min(1).default(1),
    })
    .prefault({}),
});

const restricted = {
  pod: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
  container: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};

export default defineStack({
  name: "cached",
  values,
  ports: ({ port }) => [{ name: "http", port }],
  shared({ plan, namespace, labels, selector }, { cache }) {
    const metadata = { name: `${plan}-cache`, namespace };
    const own = { ...selector, generation: String(cache.generation) };
    const container = {
      name: "cache",
      image: cache.image,
      ports: [{ containerPort: cache.port }],
      resources: { requests: { cpu: "10m", memory: cache.memory }, limits: { memory: cache.memory } },
      securityContext: restricted.container,
    };
    const template = {
      metadata: { labels: { ...labels, ...own } },
      spec: { securityContext: restricted.pod, containers: [container] },
    };
    const strategy = { type: "Recreate" };
    new apps.v1.Deployment(metadata.name, {
      metadata,
      spec: { replicas: 1, strategy, selector: { matchLabels: own }, template },
    });
    const ports = [{ name: "cache", port: cache.port }];
    const service = new core.v1.Service(metadata.name, { metadata, spec: { selector: own, ports } });
    return { host: service.metadata.name, port: cache.port };
  },
  slot({ name, namespace, podLabels, selector, images, shared }, { port }) {
    const container = {
      name: "main",
      image: images.main,
      ports: [{ containerPort: port }],
      env: [{ name: "CACHE", value: `${shared.host}:${shared.port}` }],
      readinessProbe: { httpGet: { path: "/readyz", port }, periodSeconds: 1 },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      resources: { requests: { cpu: "10m", memory: "32Mi" } },
      securityContext: restricted.container,
    };
    const template = {
      metadata: { labels: { ...podLabels } },
      spec: { securityContext: restricted.pod, containers: [container] },
    };
    new apps.v1.Deployment(name, {
      metadata: { name, namespace },
      spec: { selector: { matchLabels: { ...selector } }, template },
    });
    return { workloads: [{ kind: "Deployment", name }] };
  },
});
