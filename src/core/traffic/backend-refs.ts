import type { BackendRef, RouteRule } from "./route-object.ts";
import { type Backends, SIDES, type Side } from "./sides.ts";

/** Whether a backendRef names a Service of the route's own namespace. */
export const isLocalService = (ref: BackendRef, namespace: string): boolean =>
  isService(ref) && (ref.namespace === undefined || ref.namespace === namespace);

export const isService = (ref: BackendRef): boolean =>
  (ref.group ?? "") === "" && (ref.kind ?? "Service") === "Service";

/** The side that a backendRef belongs to: same Service, same namespace, same port; undefined for anybody else's. */
export function sideOf(ref: BackendRef, namespace: string, backends: Backends): Side | undefined {
  if (!isLocalService(ref, namespace)) return undefined;
  return SIDES.find((side) => {
    const backend = backends[side];
    return backend !== undefined && backend.service === ref.name && backend.port === ref.port;
  });
}

/** How many of our sides a rule points to. */
export function sidesIn(rule: RouteRule, namespace: string, backends: Backends): number {
  const sides = (rule.backendRefs ?? []).map((ref) => sideOf(ref, namespace, backends));
  return new Set(sides.filter((side) => side !== undefined)).size;
}

/** A backend in words: `shop:8080`, `other/shop:8080`, `ServiceImport shop`. */
export function renderBackendName(ref: BackendRef, namespace: string): string {
  const kind = isService(ref) ? "" : `${ref.kind ?? "Service"}${ref.group ? `.${ref.group}` : ""} `;
  const place = ref.namespace === undefined || ref.namespace === namespace ? "" : `${ref.namespace}/`;
  return `${kind}${place}${ref.name}${ref.port === undefined ? "" : `:${ref.port}`}`;
}
