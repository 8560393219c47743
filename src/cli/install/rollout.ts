import type { Duration } from "../../base/duration.ts";
import { seconds } from "../../base/duration.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { EXIT } from "../exit-codes.ts";
import { followObject } from "../follow-object.ts";
import { DEPLOYMENTS, type DeploymentObject, PODS, type PodObject } from "../resource-types.ts";
import { CONTROLLER } from "./settings.ts";

/** Waits until the controller's Deployment is rolled out. @throws CliFailure that says what its pods lack */
export async function whenRolledOut(
  cluster: Cluster,
  namespace: string,
  wait: { readonly timeout: Duration; readonly signal: AbortSignal },
): Promise<void> {
  const ref = { namespace, name: CONTROLLER };
  const read = await cluster.client.get(DEPLOYMENTS, ref, { deadline: seconds(15) });
  if (!read.ok) throw read.error;
  const { kind } = await followObject({
    ...{ cluster, type: DEPLOYMENTS, object: read.value, isFinished: isRolledOut },
    ...wait,
  });
  if (kind === "finished") return;
  if (kind === "interrupted") throw new CliFailure("interrupted; the installation goes on", EXIT.interrupted);
  const why = await whatPodsLack(cluster, namespace);
  throw new CliFailure(
    `the controller is not ready in time; ${why}`,
    kind === "timeout" ? EXIT.timeout : EXIT.error,
  );
}

/** As kubectl's "rollout status" sees it. */
export function isRolledOut({ metadata, spec, status }: DeploymentObject): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    status?.observedGeneration === metadata.generation &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

/** One sentence about the first pod that is not ready. */
async function whatPodsLack({ client }: Cluster, namespace: string): Promise<string> {
  const selection = { namespace, labelSelector: "app.kubernetes.io/name=bascule", deadline: seconds(15) };
  const pods = await client.list(PODS, selection);
  const look = `"kubectl -n ${namespace} describe deployment ${CONTROLLER}" tells more`;
  if (!pods.ok || pods.value.items.length === 0) return `it has no pod; ${look}`;
  for (const pod of pods.value.items) {
    const problem = problemOf(pod);
    if (problem !== undefined) return `pod ${pod.metadata.name}: ${problem}; ${look}`;
  }
  return look;
}

function problemOf({ status }: PodObject): string | undefined {
  for (const { ready, state, lastState } of status?.containerStatuses ?? []) {
    if (ready) continue;
    const said = state?.waiting ?? state?.terminated ?? lastState?.terminated;
    return said === undefined ? "not ready" : [said.reason, said.message].filter(Boolean).join(": ");
  }
  return status?.conditions?.find((c) => c.status === "False" && c.message)?.message;
}
