import type { KubeObject } from "../../api/object.ts";
import { seconds } from "../../base/duration.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { KubeClient } from "../../kube/client.ts";
import { resourceType } from "../../kube/resources.ts";
import { CONTAINER, type JobObject } from "./job-object.ts";

export interface PodObject extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly exitCode?: number; readonly reason?: string };
      };
    }[];
  };
}

/** An answer of the API server that was no success. */
export interface ClusterFailure {
  readonly kind: string;
  readonly message: string;
}
type Reply<T> = Promise<Result<T, ClusterFailure>>;
interface Ref {
  readonly namespace: string;
  readonly name: string;
}

/** What a job check needs of a cluster. */
export interface JobCluster {
  /** Fails with the kind `alreadyExists` when there is one of that name. */
  create(job: JobObject, signal: AbortSignal): Reply<JobObject>;
  /** Fails with the kind `notFound`. */
  get(job: Ref, signal: AbortSignal): Reply<JobObject>;
  /** Pods of a Job, in any order. */
  pods(job: Ref, signal: AbortSignal): Reply<readonly PodObject[]>;
  /** The last lines of the check's container, of bounded size. */
  log(pod: Ref, signal: AbortSignal): Reply<string>;
  /** Removes the Job with its pods; only this very one. */
  remove(job: Ref & { readonly uid: string }, signal: AbortSignal): Reply<void>;
}

const JOBS = resourceType<JobObject>({
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  namespaced: true,
});
const PODS = resourceType<PodObject>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
});
const CALL = seconds(5);
const LOG_LINES = "80";
const LOG_BYTES = 65_536;

/** Job checks over the Kubernetes API. */
export function kubeJobCluster(client: KubeClient): JobCluster {
  return {
    create: (job, signal) => client.create(JOBS, job, { deadline: CALL, signal }),
    get: (ref, signal) => client.get(JOBS, ref, { deadline: CALL, signal }),
    pods: async ({ namespace, name }, signal) => {
      const labelSelector = `batch.kubernetes.io/job-name=${name}`;
      const found = await client.list(PODS, { namespace, labelSelector, deadline: CALL, signal });
      return found.ok ? ok(found.value.items) : err(found.error);
    },
    log: (pod, signal) =>
      client.readText(PODS, pod, {
        subresource: "log",
        query: { container: CONTAINER, tailLines: LOG_LINES, limitBytes: String(LOG_BYTES) },
        maxBytes: 2 * LOG_BYTES,
        deadline: CALL,
        signal,
      }),
    remove: async ({ namespace, name, uid }, signal) => {
      const gone = await client.delete(
        JOBS,
        { namespace, name },
        { uid, propagation: "Background", deadline: CALL, signal },
      );
      return gone.ok || gone.error.kind === "notFound" ? ok(undefined) : err(gone.error);
    },
  };
}
