import type { Cluster } from "../cluster/index.ts";
import { RudeServer, reply } from "../support/rude-server.ts";
import { testCertificate } from "../support/test-certificate.ts";
import { type AnyObject, KIND } from "./kinds.ts";
import type { Objects } from "./objects.ts";

/** Processor time that a pod uses, in thousandths of a processor. */
export type Usage = (pod: AnyObject) => number;

const GROUP = "metrics.k8s.io";
const VERSION = "v1beta1";
const SERVICE = "bascule-lab-metrics";

/**
 * The resource metrics API (metrics.k8s.io) behind the API server's own aggregation: autoscalers of the real controller
 * ask it, and it tells them of pods what a test wants them to believe.
 */
export class MetricsApi {
  readonly #server: RudeServer;
  readonly #objects: Objects;
  readonly #namespace: string;
  #usage: Usage = () => 0;
  #asked = 0;

  private constructor(server: RudeServer, objects: Objects, namespace: string) {
    this.#server = server;
    this.#objects = objects;
    this.#namespace = namespace;
  }

  /** `namespace`: where the Service lies that leads the API server here. */
  static async start(cluster: Cluster, objects: Objects, namespace: string): Promise<MetricsApi> {
    const server = await RudeServer.start(testCertificate(), 0, cluster.hostAddress);
    const made = new MetricsApi(server, objects, namespace);
    server.use(async ({ path, query }, response) => {
      if (path === `/apis/${GROUP}/${VERSION}`) return reply(response, 200, RESOURCES);
      const [, of] = path.match(/\/namespaces\/([^/]+)\/pods$/) ?? [];
      if (of === undefined) return undefined;
      return reply(response, 200, await made.#metricsOf(of, query.get("labelSelector") ?? ""));
    });
    await made.#register(cluster.hostAddress);
    return made;
  }

  /** How often autoscalers have asked. */
  get asked(): number {
    return this.#asked;
  }

  /** What is told from now on. */
  tell(usage: Usage): void {
    this.#usage = usage;
  }

  /** Autoscalers have nobody to ask any more; a group that does not answer would keep namespaces from going. */
  async close(): Promise<void> {
    await this.#objects.remove(KIND.apiService, { name: `${VERSION}.${GROUP}` });
    await this.#objects.remove(KIND.service, { name: SERVICE, namespace: this.#namespace });
    await this.#server.stop();
  }

  async #register(host: string): Promise<void> {
    const { port } = this.#server;
    const namespace = this.#namespace;
    await this.#objects.apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: SERVICE, namespace },
      spec: { type: "ExternalName", externalName: host, ports: [{ port }] },
    });
    await this.#objects.apply({
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `${VERSION}.${GROUP}` },
      spec: {
        group: GROUP,
        version: VERSION,
        ...{ groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
        service: { name: SERVICE, namespace, port },
      },
    });
  }

  async #metricsOf(namespace: string, selector: string): Promise<object> {
    this.#asked += 1;
    const pods = await this.#objects.list(KIND.pod, namespace, selector);
    const running = pods.filter(({ status }) => status?.phase === "Running");
    const timestamp = new Date().toISOString();
    const items = running.map((pod) => ({
      metadata: { name: pod.metadata.name, namespace, labels: pod.metadata.labels },
      ...{ timestamp, window: "1s" },
      containers: pod.spec.containers.map(({ name }: { readonly name: string }) => ({
        name,
        usage: { cpu: `${this.#usage(pod)}m`, memory: "32Mi" },
      })),
    }));
    return { apiVersion: `${GROUP}/${VERSION}`, kind: "PodMetricsList", metadata: {}, items };
  }
}

const RESOURCES = {
  apiVersion: "v1",
  kind: "APIResourceList",
  groupVersion: `${GROUP}/${VERSION}`,
  resources: [
    { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] },
  ],
};
