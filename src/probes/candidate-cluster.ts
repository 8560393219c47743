import type { KubeObject } from "../api/object.ts";
import { seconds } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Pod } from "../core/gate/pods/pod.ts";
import type { KubeClient } from "../kube/client.ts";
import { resourceType } from "../kube/resources.ts";

export interface ServiceObject extends KubeObject {
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIP?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly targetPort?: number | string;
      readonly nodePort?: number;
      readonly protocol?: string;
    }[];
  };
}

/** An answer of the API server that was no success. */
export interface ReadFailure {
  readonly kind: string;
  readonly message: string;
}

/** What checks of the candidate's pods read of a cluster. */
export interface CandidateCluster {
  /** Fails with the kind `notFound`. */
  service(namespace: string, name: string, signal: AbortSignal): Promise<Result<ServiceObject, ReadFailure>>;
  /** Pods with all the labels, in any order. */
  pods(
    namespace: string,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Result<readonly Pod[], ReadFailure>>;
}

const SERVICES = resourceType<ServiceObject>({
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  namespaced: true,
});
export const PODS = resourceType<Pod>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
});
/** Of one call to the API server. */
export const CALL = seconds(5);

/** Reads with the controller's own rights. */
export function kubeCandidateCluster(client: KubeClient): CandidateCluster {
  return {
    service: (namespace, name, signal) =>
      client.get(SERVICES, { namespace, name }, { deadline: CALL, signal }),
    pods: async (namespace, labels, signal) => {
      const labelSelector = Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(",");
      const found = await client.list(PODS, { namespace, labelSelector, deadline: CALL, signal });
      return found.ok ? ok(found.value.items) : err(found.error);
    },
  };
}
