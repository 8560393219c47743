import { err, ok } from "../../src/base/result.ts";
import type { Pod } from "../../src/core/gate/pods/pod.ts";
import type { CandidateCluster, ReadFailure, ServiceObject } from "../../src/probes/candidate-cluster.ts";

const CANDIDATE = "shop-green";

/** A Service that selects by `app`, as those of a memory cluster do. */
export const serviceOf = (name: string, spec: object = {}): ServiceObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { selector: { app: name }, clusterIP: "127.0.0.1", ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

/** A cluster of memory with the Services of the test and their pods. */
export class MemoryCandidate implements CandidateCluster {
  readonly services = new Map<string, ServiceObject>();
  readonly #pods = new Map<string, Pod[]>();
  /** While set, every read fails so. */
  failure: ReadFailure | undefined;

  constructor(pods: readonly Pod[] = []) {
    this.add(CANDIDATE, pods);
  }

  /** Adds pods to a Service, which is made when it is new. */
  add(service: string, pods: readonly Pod[]): this {
    if (!this.services.has(service)) this.services.set(service, serviceOf(service));
    const known = this.#pods.get(service) ?? [];
    const named = pods.map((pod, i) => ({
      ...pod,
      metadata: { ...pod.metadata, name: `${service}-${known.length + i}`, namespace: "shop" },
    }));
    this.#pods.set(service, [...known, ...named]);
    return this;
  }

  async service(_: string, name: string) {
    if (this.failure) return err(this.failure);
    const service = this.services.get(name);
    return service === undefined ? err({ kind: "notFound", message: "not there" }) : ok(service);
  }

  async pods(_: string, { app = "" }: Readonly<Record<string, string>>) {
    return this.failure ? err(this.failure) : ok(this.#pods.get(app) ?? []);
  }
}
