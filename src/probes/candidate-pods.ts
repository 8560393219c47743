import { err, ok, type Result } from "../base/result.ts";
import type { Pod } from "../core/gate/pods/pod.ts";
import type { Look, LookContext } from "../ports/checks.ts";
import type { CandidateCluster, ReadFailure, ServiceObject } from "./candidate-cluster.ts";

export interface CandidatePods {
  readonly service: ServiceObject;
  /** Those that have not ended and are not about to, by name; never empty. */
  readonly pods: readonly Pod[];
}

/**
 * The pods behind the candidate's Service. They are found by its selector, not by its endpoints: pods that are not
 * ready count too, and an EndpointSlice could name any address.
 */
export const candidatePods = (
  cluster: CandidateCluster,
  { namespace, target, signal }: LookContext,
): Promise<Result<CandidatePods, Look>> => podsOf(cluster, namespace, target.service, signal);

/** The pods behind a Service, or the look that says why there are none to examine. */
export async function podsOf(
  cluster: CandidateCluster,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Result<CandidatePods, Look>> {
  signal.throwIfAborted();
  const service = await cluster.service(namespace, name, signal);
  signal.throwIfAborted();
  if (!service.ok)
    return err(
      service.error.kind === "notFound"
        ? { kind: "unreadable", reason: "NoService", message: `Service ${name} is not there` }
        : readFailureLook(`Service ${name}`, service.error),
    );
  const selector = service.value.spec?.selector ?? {};
  if (Object.keys(selector).length === 0)
    return err({
      kind: "unreadable",
      reason: "NoSelector",
      message: `Service ${name} selects no pods; give it a selector`,
    });
  const found = await cluster.pods(namespace, selector, signal);
  signal.throwIfAborted();
  if (!found.ok) return err(readFailureLook("the pods", found.error));
  const pods = found.value.filter(isThere).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  if (pods.length === 0)
    return err({ kind: "nothing", reason: "NoPods", message: `Service ${name} has no pods yet` });
  return ok({ service: service.value, pods });
}

const isThere = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";

/** The look for something that the API server did not let us read. */
export const readFailureLook = (what: string, { kind }: ReadFailure): Look =>
  kind === "forbidden"
    ? {
        kind: "unreadable",
        reason: "Forbidden",
        message: `the controller may not read ${what}; bind the role bascule-security-reader to it`,
      }
    : {
        kind: "unreadable",
        reason: "ClusterUnreadable",
        message: `the API server did not answer as wanted for ${what} (${kind})`,
      };
