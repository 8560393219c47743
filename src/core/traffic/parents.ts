/** Whether a route is in force as far as its gateways say: the plan's parents, and no others. */
import type { ParentRef } from "../../api/release-plan.ts";
import type { RouteCondition, RouteObject, RouteParentStatus } from "./route-object.ts";

const GATEWAY_GROUP = "gateway.networking.k8s.io";
const NEEDED = ["Accepted", "ResolvedRefs"] as const;

/** Same Gateway, listeners apart. */
const sameGateway = (a: ParentRef, b: ParentRef, namespace: string): boolean =>
  a.name === b.name &&
  (a.namespace ?? namespace) === (b.namespace ?? namespace) &&
  (a.group ?? GATEWAY_GROUP) === (b.group ?? GATEWAY_GROUP) &&
  (a.kind ?? "Gateway") === (b.kind ?? "Gateway");

/** Same Gateway and same listener, or both without one. */
export const sameParent = (a: ParentRef, b: ParentRef, namespace: string): boolean =>
  sameGateway(a, b, namespace) && a.sectionName === b.sectionName && a.port === b.port;

/** The parts of `all` that a parent of the plan means: itself, or every listener of its Gateway that it allows. */
export function meantBy<T>(
  parent: ParentRef,
  all: readonly T[],
  refOf: (item: T) => ParentRef,
  namespace: string,
): readonly T[] {
  const exact = all.filter((item) => sameParent(parent, refOf(item), namespace));
  if (exact.length > 0) return exact;
  return all.filter((item) => {
    const ref = refOf(item);
    const sectionFits = parent.sectionName === undefined || parent.sectionName === ref.sectionName;
    const portFits = parent.port === undefined || parent.port === ref.port;
    return sameGateway(parent, ref, namespace) && sectionFits && portFits;
  });
}

export type Acceptance = { readonly accepted: true } | { readonly accepted: false; readonly problem: string };

/** Whether each of the parents reports Accepted and ResolvedRefs for the route's present generation. */
export function readAcceptance(
  route: RouteObject,
  namespace: string,
  parents: readonly ParentRef[],
): Acceptance {
  if (parents.length === 0) return { accepted: false, problem: "no parent counts for this route" };
  const statuses = route.status?.parents ?? [];
  for (const parent of parents) {
    const meant = meantBy(parent, statuses, (status) => status.parentRef, namespace);
    const problem = parentProblem(meant, route.metadata.generation);
    if (problem !== undefined)
      return { accepted: false, problem: `parent ${renderParent(parent, namespace)}: ${problem}` };
  }
  return { accepted: true };
}

/**
 * Why these entries are no acceptance. Entries for older generations beside a present one are left over from a
 * controller that is gone, and don't count.
 */
function parentProblem(
  statuses: readonly RouteParentStatus[],
  generation: number | undefined,
): string | undefined {
  if (statuses.length === 0) return "the gateway has not reported on this route";
  const current = statuses.filter((status) => NEEDED.some((type) => isCurrent(status, type, generation)));
  const late = `has not yet reported on generation ${generation ?? "?"}`;
  if (current.length === 0) return `the gateway ${late}`;
  for (const status of current)
    for (const type of NEEDED) {
      if (!isCurrent(status, type, generation)) return `the gateway ${late} (${type})`;
      const condition = conditionOf(status, type);
      if (condition?.status !== "True") return renderCondition(type, condition);
    }
  return undefined;
}

const conditionOf = (status: RouteParentStatus, type: string): RouteCondition | undefined =>
  status.conditions?.find((condition) => condition.type === type);

const isCurrent = (status: RouteParentStatus, type: string, generation: number | undefined): boolean =>
  conditionOf(status, type)?.observedGeneration === generation && generation !== undefined;

function renderCondition(type: string, condition: RouteCondition | undefined): string {
  const why = [condition?.reason, condition?.message].filter((text) => text).join(": ");
  return `${type} is ${condition?.status ?? "missing"}${why === "" ? "" : ` (${why})`}`;
}

/** `gateways/edge`, with the listener where one is named. */
export function renderParent(parent: ParentRef, namespace: string): string {
  const section = parent.sectionName === undefined ? "" : `#${parent.sectionName}`;
  const port = parent.port === undefined ? "" : `:${parent.port}`;
  return `${parent.namespace ?? namespace}/${parent.name}${section}${port}`;
}

/** Whether the parent has accepted the route, at whatever generation: that is how a plan's default parents are found. */
export const hasAccepted = (status: RouteParentStatus): boolean =>
  conditionOf(status, "Accepted")?.status === "True";
