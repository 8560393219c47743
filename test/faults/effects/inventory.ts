/** What lies in a town when nothing is going on, in words that are the same in every run. */
import { ANNOTATION, readHead } from "../../../src/stacks/state/state-head.ts";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { type AnyObject, KIND, typeOf } from "../../lab/kinds.ts";
import { SHOP } from "../../lab/shop.ts";
import { LEASE, SECRET } from "./scenarios.ts";
import type { Town } from "./town.ts";

/** Releases that a town is prepared with. */
const PREPARED = "prepared-";
export const preparedName = (index: number): string => `${PREPARED}${index + 1}`;
const isPrepared = (name: string): boolean => name.startsWith(PREPARED);

/** Says a name in the words of roles. */
export type Say = (name: string) => string;

const OTHERS = [
  ["v1", "ConfigMap"],
  ["v1", "ServiceAccount"],
  ["policy/v1", "PodDisruptionBudget"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
] as const;
const MADE = "app.kubernetes.io/managed-by=bascule";
const SLOT = "bascule.dev/slot";

export async function inventoryOf(town: Town, say: Say): Promise<readonly string[]> {
  const { lane, namespace } = town;
  const list = (type: Parameters<typeof lane.objects.list>[0], selector?: string) =>
    lane.objects.list(type, namespace, selector);
  const [routes, services, deployments, releases] = await Promise.all([
    list(KIND.route),
    list(KIND.service),
    list(KIND.deployment),
    list(KIND.release),
  ]);
  const others = OTHERS.map(async ([apiVersion, kind]) => {
    const all = await list(typeOf({ apiVersion, kind }), MADE);
    return `${kind}: ${all.length}`;
  });
  return [
    describePlan(await town.plan(), say),
    ...routes.map((route) => describeRoute(route, say)),
    ...services.map(({ metadata, spec }) => {
      const slot = spec.selector?.[SLOT] ?? spec.selector?.app;
      return `Service ${say(metadata.name)}: ${say(slot ?? "nobody")}`;
    }),
    ...deployments.map(({ metadata, spec }) => {
      const release = metadata.labels?.["bascule.dev/release"] ?? "by hand";
      return `Deployment ${say(metadata.name)}: ${spec.replicas} of ${say(release)}`;
    }),
    ...rolesOf(releases, say),
    ...(await Promise.all(others)),
    ...(await statesOf(town, say)),
  ].sort();
}

function describePlan(plan: AnyObject | undefined, say: Say): string {
  if (plan === undefined) return "no plan";
  const { liveSlot, activeRelease, slots = {}, entryService, removal, restoring, adoption } = plan.status;
  const occupants = Object.entries<AnyObject>(slots)
    .map(([slot, { release }]) => `${say(slot)} ${say(release ?? "nobody")}`)
    .sort();
  const underWay = { removal, restoring: restoring !== undefined };
  const facts = { activeRelease, entryService, ...underWay, finished: adoption?.doneAt !== undefined };
  const held = plan.metadata.finalizers ?? [];
  return `plan: live ${say(liveSlot)}, ${occupants.join(", ")} ${JSON.stringify(facts)} ${held}`;
}

function describeRoute({ metadata, spec }: AnyObject, say: Say): string {
  const backends = spec.rules.flatMap((rule: AnyObject) =>
    rule.backendRefs.map((ref: AnyObject) => `${say(ref.name)} ${ref.weight ?? 1}`),
  );
  const marks = Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith("bascule.dev/"));
  return `route: ${backends.sort().join(", ")}; marked ${marks.sort().join(", ")}`;
}

/** Releases of the present run, and those that were prepared for all runs; what other runs have left is theirs. */
function rolesOf(releases: readonly AnyObject[], say: Say): readonly string[] {
  const isOurs = (name: string): boolean => isPrepared(name) || !["earlier", name].includes(say(name));
  return releases
    .filter(({ metadata }) => isOurs(metadata.name))
    .map(({ metadata, status }) => {
      const held = metadata.finalizers ?? [];
      return `release ${say(metadata.name)}: ${status?.phase} ${held}`;
    });
}

/** Stacks that have a state in the cluster, with an operation that was cut off and never put right; and Leases. */
async function statesOf({ lane, namespace }: Town, say: Say): Promise<readonly string[]> {
  const prefix = `${namespace}.${SHOP}.`;
  const secrets = await lane.objects.list(SECRET, SYSTEM_NAMESPACE);
  const states = secrets
    .map(({ metadata }) => readHead(metadata.annotations?.[ANNOTATION]))
    .flatMap((head) => (head.ok && head.value.stack.startsWith(prefix) ? [head.value] : []))
    .map(({ stack, operation }) => {
      const cut = operation === undefined ? "" : " is cut off";
      return `state of ${say(stack.slice(prefix.length))}${cut}`;
    });
  const leases = await lane.objects.list(LEASE, SYSTEM_NAMESPACE);
  const kept = leases
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.includes(prefix))
    .map((name) => `Lease of ${say(name.split(prefix)[1] ?? "")}`);
  return [...states, ...kept];
}
