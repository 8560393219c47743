import type { Cluster } from "./cluster.ts";
import { RESOURCE_QUOTAS, type ResourceQuota } from "./resource-types.ts";

/** Limits of the namespace that a second full slot could meet; unreadable ones are left to the controller. */
export async function quotaWarnings(cluster: Cluster, morePods: number): Promise<readonly string[]> {
  const answer = await cluster.client.list(RESOURCE_QUOTAS, { namespace: cluster.namespace });
  if (answer.ok) return answer.value.items.flatMap((quota) => warningsFor(quota, morePods));
  if (answer.error.kind === "forbidden") return [];
  throw answer.error;
}

/** Pods are counted; of processor and memory it is only said how much is left, for requests are the program's. */
export function warningsFor(quota: ResourceQuota, morePods: number): readonly string[] {
  const { hard = {}, used = {} } = quota.status ?? {};
  const name = `ResourceQuota ${quota.metadata.name}`;
  const lines: string[] = [];
  for (const member of ["pods", "count/pods"]) {
    const limit = Number(hard[member]);
    if (hard[member] === undefined || Number.isNaN(limit)) continue;
    const left = limit - Number(used[member] ?? 0);
    if (left < morePods)
      lines.push(
        `${name} leaves ${left} pods and the slot needs ${morePods} more: raise ${member}, or the candidate can't become ready`,
      );
  }
  const others = Object.keys(hard).filter((m) => /cpu|memory/.test(m));
  if (others.length > 0)
    lines.push(
      `${name} also limits ${others.map((m) => `${m} (${used[m] ?? 0} of ${hard[m]} used)`).join(", ")}: it must have room for two slots`,
    );
  return lines;
}
