import { isService, renderBackendName, sideOf } from "./backend-refs.ts";
import type { BackendRef, RouteFilter, RouteRule } from "./route-object.ts";
import type { Backend, Backends } from "./sides.ts";

/** A rule that a plan is given, with its place in the route. */
export interface GivenRule {
  readonly index: number;
  readonly rule: RouteRule;
}

export type BackendFinding =
  | { readonly ok: true; readonly service?: Backend; readonly pointsToSlots: boolean }
  | { readonly ok: false; readonly reason: string; readonly message: string };

/** Filters under which a share of the requests is not what it seems. */
const UNFIT_FILTERS: Readonly<Record<string, string>> = {
  RequestMirror: "copies of requests would reach a backend without a share; take the filter out for releases",
  RequestRedirect: "a redirect has no backends; name a rule that has",
};

/** The one Service that the given rules point to beside the slots, or why there is no such thing. */
export function adoptBackend(
  given: readonly GivenRule[],
  namespace: string,
  slots: Backends,
  label: string,
): BackendFinding {
  const services = new Map<string, Backend>();
  let pointsToSlots = false;
  for (const { index, rule } of given) {
    const place = `${label} rule ${rule.name === undefined ? index + 1 : `"${rule.name}"`}`;
    const refs = rule.backendRefs ?? [];
    const unfit = [rule, ...refs].flatMap(filterTypes).find((type) => UNFIT_FILTERS[type] !== undefined);
    if (unfit !== undefined)
      return refuse("UnfitFilter", `${place}: it has the filter ${unfit}; ${UNFIT_FILTERS[unfit]}`);
    if (refs.length === 0)
      return refuse("NoBackend", `${place}: spec.rules[${index}].backendRefs is empty; name the Service`);
    for (const [position, ref] of refs.entries()) {
      const side = sideOf(ref, namespace, slots);
      pointsToSlots ||= side !== undefined;
      if (side !== undefined) continue;
      const field = `${place}: spec.rules[${index}].backendRefs[${position}]`;
      const problem = refProblem(ref, namespace, slots, field);
      if (problem !== undefined) return problem;
      services.set(renderBackendName(ref, namespace), { service: ref.name, port: ref.port ?? 0 });
      if (refs.findIndex((other) => other.name === ref.name && other.port === ref.port) !== position)
        return refuse("SeveralBackends", `${field}: names "${ref.name}" twice; merge the two`);
    }
  }
  const [service, ...others] = services.values();
  if (others.length > 0)
    return refuse(
      "SeveralBackends",
      `${label}: the given rules point to ${[...services.keys()].join(", ")}; a plan takes over one Service, so name other rules, or split the route`,
    );
  return { ok: true, pointsToSlots, ...(service === undefined ? {} : { service }) };
}

const refuse = (reason: string, message: string): BackendFinding => ({ ok: false, reason, message });

const filterTypes = (item: { readonly filters?: readonly RouteFilter[] }): readonly string[] =>
  (item.filters ?? []).map((filter) => filter.type ?? "");

function refProblem(
  ref: BackendRef,
  namespace: string,
  slots: Backends,
  field: string,
): BackendFinding | undefined {
  const name = renderBackendName(ref, namespace);
  if (!isService(ref))
    return refuse("BackendNotService", `${field}: ${name} is no Service; a plan takes over Services only`);
  if (ref.namespace !== undefined && ref.namespace !== namespace)
    return refuse(
      "BackendElsewhere",
      `${field}.namespace: ${name} lies in another namespace; move the Service or the route, so that both lie in the plan's`,
    );
  if (ref.port === undefined) return refuse("BackendWithoutPort", `${field}.port: say the port of "${name}"`);
  const slot = Object.values(slots).find((backend) => backend.service === ref.name);
  if (slot !== undefined)
    return refuse(
      "SlotPort",
      `${field}.port: "${ref.name}" is the plan's slot and serves port ${slot.port}, not ${ref.port}; correct the port`,
    );
  return undefined;
}
