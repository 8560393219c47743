/**
 * Whether a route of the user's own can be given to a plan: which rules, which parents, and which Service serves
 * today. Whatever stands against it is said with the field and the remedy.
 */
import type { TrafficTarget } from "../../api/frozen.ts";
import type { ParentRef, RouteRef } from "../../api/release-plan.ts";
import { adoptBackend, type GivenRule } from "./adopt-backend.ts";
import type { AdoptionFinding } from "./observation.ts";
import { hasAccepted, meantBy, renderParent } from "./parents.ts";
import { type RouteObject, routeLabel } from "./route-object.ts";
import { readMarks } from "./runs.ts";
import type { Backends } from "./sides.ts";

type Refusal = Extract<AdoptionFinding, { readonly ok: false }>;
type Found<T> = { readonly ok: true; readonly value: T } | Refusal;

/** Looks at a route with the slots' Services that would stand in it. */
export function adoptRoute(
  route: RouteObject | undefined,
  namespace: string,
  ref: RouteRef,
  slots: Backends,
): AdoptionFinding {
  const label = routeLabel(namespace, ref.name, ref.kind);
  const field = `traffic.routes["${ref.name}"]`;
  if (route === undefined)
    return refuse("RouteNotFound", `${field}.name: there is no ${label}; create it, or correct the name`);
  if (route.metadata.deletionTimestamp !== undefined)
    return refuse("RouteTerminating", `${field}.name: ${label} is being deleted; wait, and create it anew`);
  const given = readGivenRules(route, ref, field, label);
  if (!given.ok) return given;
  const backend = adoptBackend(given.value, namespace, slots, label);
  if (!backend.ok) return backend;
  const taken = readMarks(route.metadata.annotations).run;
  if (taken !== undefined && !backend.pointsToSlots)
    return refuse(
      "RouteInUse",
      `${field}.name: ${label} carries the annotation bascule.dev/run (${taken}) of another plan; give each plan a route of its own, or remove the annotations bascule.dev/* if that plan is gone`,
    );
  const parents = readParents(route, namespace, ref, field, label);
  if (!parents.ok) return parents;
  const target = renderTarget(ref, given.value, parents.value);
  return { ok: true, target, ...(backend.service === undefined ? {} : { service: backend.service }) };
}

const refuse = (reason: string, message: string): Refusal => ({ ok: false, reason, message });

function renderTarget(
  ref: RouteRef,
  given: readonly GivenRule[],
  parents: readonly ParentRef[],
): TrafficTarget {
  const names = given.map(({ rule }) => rule.name ?? "");
  return {
    kind: ref.kind,
    name: ref.name,
    rules: given.map(({ index }) => index),
    ...(names.some((name) => name !== "") ? { ruleNames: names } : {}),
    parents: parents.map((parent) => ({ ...parent })),
  };
}

/** The rules by name, or the only one. */
function readGivenRules(
  route: RouteObject,
  ref: RouteRef,
  field: string,
  label: string,
): Found<readonly GivenRule[]> {
  const rules = (route.spec.rules ?? []).map((rule, index) => ({ index, rule }));
  const names = rules.flatMap(({ rule }) => (rule.name === undefined ? [] : [rule.name]));
  const known =
    names.length === 0 ? "none of its rules has a name (spec.rules[].name)" : `it has ${names.join(", ")}`;
  if (rules.length === 0) return refuse("NoRules", `${label} has no rules; give it one with a backendRef`);
  if (ref.rules === undefined) {
    if (rules.length === 1) return { ok: true, value: rules };
    return refuse(
      "RuleAmbiguous",
      `${field}.rules: ${label} has ${rules.length} rules; name those that the plan is given: ${known}`,
    );
  }
  const given: GivenRule[] = [];
  for (const name of new Set(ref.rules)) {
    const [first, ...more] = rules.filter(({ rule }) => rule.name === name);
    if (first === undefined)
      return refuse("RuleNotFound", `${field}.rules: ${label} has no rule "${name}"; ${known}`);
    if (more.length > 0)
      return refuse("RuleAmbiguous", `${field}.rules: ${label} has several rules "${name}"; rename them`);
    given.push(first);
  }
  return { ok: true, value: given };
}

/** The plan's parents, or by default those that have accepted the route. */
function readParents(
  route: RouteObject,
  namespace: string,
  ref: RouteRef,
  field: string,
  label: string,
): Found<readonly ParentRef[]> {
  const own = route.spec.parentRefs ?? [];
  for (const parent of ref.parentRefs ?? [])
    if (meantBy(parent, own, (item) => item, namespace).length === 0)
      return refuse(
        "ParentNotFound",
        `${field}.parentRefs: ${label} is not attached to ${renderParent(parent, namespace)}; it has ${own.map((item) => renderParent(item, namespace)).join(", ") || "no parents"}`,
      );
  if (ref.parentRefs !== undefined) return { ok: true, value: ref.parentRefs };
  const statuses = route.status?.parents ?? [];
  const accepting = own.filter((parent) =>
    meantBy(parent, statuses, (status) => status.parentRef, namespace).some(hasAccepted),
  );
  if (accepting.length > 0) return { ok: true, value: accepting };
  return refuse(
    "NotAccepted",
    `${label} is accepted by no gateway; see its status, or name the parents that count in ${field}.parentRefs`,
  );
}
