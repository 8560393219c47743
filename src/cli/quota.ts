import { readQuantity, renderBytes, renderCores } from "../base/quantity.ts";
import type { Observed } from "../core/plan/observed.ts";
import type { PodResources, PodShape } from "../core/plan/stack.ts";
import type { Cluster } from "./cluster.ts";
import { RESOURCE_QUOTAS, type ResourceQuota } from "./resource-types.ts";

/** What the candidate's slot needs at 100 % on top of what it has now, while the live slot stays whole. */
export interface SlotNeed {
  readonly pods: number;
  /** By member of a quota, such as `requests.cpu`; undefined where the pods are not known. */
  readonly resources?: Readonly<Record<Resource, number>>;
  /** Members that some container leaves open: a quota on them refuses such pods. */
  readonly open: readonly Resource[];
}

const RESOURCES = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"] as const;
type Resource = (typeof RESOURCES)[number];

/** Sums up what a slot of these pods needs; `there` is what runs in it now. Without pods only their number is known. */
export function needOf(
  pods: readonly PodShape[] | undefined,
  replicas: number,
  there: Observed["slots"]["blue"]["workloads"],
): SlotNeed {
  const running = (name: string): number => there.find((w) => w.name === name)?.desired ?? 0;
  if (pods === undefined)
    return { pods: Math.max(0, replicas - there.reduce((sum, w) => sum + w.desired, 0)), open: [] };
  const more = pods.map((pod) => ({ pod, count: Math.max(0, replicas - running(pod.name)) }));
  const total = (resource: Resource): number =>
    more.reduce((sum, { pod, count }) => sum + count * effective(partOf(pod, resource), nameOf(resource)), 0);
  return {
    pods: more.reduce((sum, { count }) => sum + count, 0),
    resources: Object.fromEntries(RESOURCES.map((r) => [r, total(r)])) as Record<Resource, number>,
    open: RESOURCES.filter((r) => pods.some((pod) => isOpen(partOf(pod, r), nameOf(r)))),
  };
}

const partOf = (pod: PodShape, resource: Resource): PodResources =>
  resource.startsWith("requests.") ? pod.requests : pod.limits;
const nameOf = (resource: Resource): string => resource.split(".")[1] ?? "";
const isOpen = ({ containers, before }: PodResources, name: string): boolean =>
  [...containers, ...before].some((c) => c[name] === undefined);

/** The scheduler's rule: what stays adds up, what runs before it counts where it is more. */
function effective({ containers, before }: PodResources, name: string): number {
  const of = (c: Readonly<Record<string, string>>): number => readQuantity(c[name]) ?? 0;
  return Math.max(
    containers.reduce((sum, c) => sum + of(c), 0),
    ...before.map(of),
  );
}

/** Limits of the namespace that a second full slot would meet; unreadable ones are left to the controller. */
export async function quotaWarnings(cluster: Cluster, need: SlotNeed): Promise<readonly string[]> {
  const answer = await cluster.client.list(RESOURCE_QUOTAS, { namespace: cluster.namespace });
  if (answer.ok) return answer.value.items.flatMap((quota) => warningsFor(quota, need));
  if (answer.error.kind === "forbidden") return [];
  throw answer.error;
}

/** Names under which a quota limits the same thing. */
const MEMBERS: Readonly<Record<string, "pods" | Resource>> = {
  pods: "pods",
  "count/pods": "pods",
  cpu: "requests.cpu",
  memory: "requests.memory",
  ...Object.fromEntries(RESOURCES.map((r) => [r, r])),
};

/** What does not fit, member by member. One with scopes counts some pods only, which is said. */
export function warningsFor(quota: ResourceQuota, need: SlotNeed): readonly string[] {
  const { hard = {}, used = {} } = quota.status ?? {};
  const scoped = quota.spec?.scopes !== undefined || quota.spec?.scopeSelector !== undefined;
  const name = `ResourceQuota ${quota.metadata.name}${scoped ? " (with scopes: it may not count these pods)" : ""}`;
  return Object.entries(MEMBERS).flatMap(([member, what]) => {
    const limit = readQuantity(hard[member]);
    if (limit === undefined) return [];
    const left = limit - (readQuantity(used[member]) ?? 0);
    return what === "pods"
      ? podLines(name, member, left, need)
      : resourceLines(name, member, what, left, need);
  });
}

const podLines = (name: string, member: string, left: number, { pods }: SlotNeed): readonly string[] =>
  left >= pods
    ? []
    : [
        `${name} leaves ${left} pods and the slot needs ${pods} more: raise ${member}, or the candidate can't become ready`,
      ];

function resourceLines(
  name: string,
  member: string,
  what: Resource,
  left: number,
  { pods, resources, open }: SlotNeed,
): readonly string[] {
  const render = nameOf(what) === "cpu" ? renderCores : renderBytes;
  if (resources === undefined)
    return [
      `${name} leaves ${render(left)} of ${member}; what the slot needs is not known here, it must have room for two slots`,
    ];
  const lines: string[] = [];
  // 1e-9 forgives the sum of binary fractions.
  if (left + 1e-9 < resources[what])
    lines.push(
      `${name} leaves ${render(left)} of ${member} and the slot needs ${render(resources[what])} more for ${pods} pods: raise ${member}, or the candidate can't become ready`,
    );
  if (open.includes(what))
    lines.push(
      `${name} limits ${member} and a container of the slot sets no ${what}: such pods are refused unless a LimitRange gives a default`,
    );
  return lines;
}
