import type { Instant } from "../../base/instant.ts";
import { renderInstant } from "../../base/instant.ts";
import type { Result } from "../../base/result.ts";
import type { KubeClient } from "../../kube/client.ts";
import { CALL, PODS, type ReadFailure } from "../candidate-cluster.ts";

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Whole seconds are read: lines of the same second may come again. */
  readonly since: Instant;
  /** Of the container before its last restart. */
  readonly previous: boolean;
  /** Oldest lines first, cut after so many. */
  readonly bytes: number;
}

/** Reads logs, each line with its time in front. */
export interface LogCluster {
  log(request: LogRequest, signal: AbortSignal): Promise<Result<string, ReadFailure>>;
}

export function kubeLogCluster(client: KubeClient): LogCluster {
  return {
    log: ({ namespace, pod, container, since, previous, bytes }, signal) =>
      client.readText(
        PODS,
        { namespace, name: pod },
        {
          subresource: "log",
          query: {
            container,
            sinceTime: renderInstant(since),
            timestamps: "true",
            limitBytes: String(bytes),
            previous: previous ? "true" : undefined,
          },
          maxBytes: bytes + 4096,
          deadline: CALL,
          signal,
        },
      ),
  };
}
