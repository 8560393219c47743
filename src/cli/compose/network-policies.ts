import { MARK } from "../../api/object.ts";
import { seconds } from "../../base/duration.ts";
import { resourceName } from "../../kube/resources.ts";
import { type LabelSelector, selects } from "../../world/selectors.ts";
import type { Cluster } from "../cluster.ts";
import { NETWORK_POLICIES } from "../resource-types.ts";

export interface PoliciesFound {
  readonly policies: readonly string[];
  readonly notes: readonly string[];
}

/** NetworkPolicies of others in the namespace that select pods with one of these sets of labels. */
export async function policiesOn(
  cluster: Cluster,
  plan: string,
  labels: readonly Readonly<Record<string, string>>[],
): Promise<PoliciesFound> {
  const { namespace } = cluster;
  const answer = await cluster.client.list(NETWORK_POLICIES, { namespace, deadline: seconds(30) });
  if (!answer.ok) {
    if (answer.error.kind !== "forbidden" && answer.error.kind !== "notFound") throw answer.error;
    const note = `you may not read ${resourceName(NETWORK_POLICIES)}: which of them select the slot's pods is not told`;
    return { policies: [], notes: [note] };
  }
  const found = answer.value.items.filter(({ metadata, spec }) => {
    const selector: LabelSelector = spec?.podSelector ?? {};
    return metadata.labels?.[MARK.plan] !== plan && labels.some((set) => selects(selector, set));
  });
  return { policies: found.map(({ metadata }) => metadata.name).sort(), notes: [] };
}
