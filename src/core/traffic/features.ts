import type { ParentRef } from "../../api/release-plan.ts";

export interface GatewayObject {
  readonly spec?: { readonly gatewayClassName?: string };
}

export interface GatewayClassObject {
  readonly status?: { readonly supportedFeatures?: readonly (string | { readonly name?: string })[] };
}

export interface GatewayLookup {
  gateway(namespace: string, name: string): GatewayObject | undefined;
  gatewayClass(name: string): GatewayClassObject | undefined;
}

/**
 * Gateway API features that every parent can do. Undefined when that is not known: a parent that is no Gateway
 * or not there, or a class that says nothing about itself.
 */
export function readFeatures(
  namespace: string,
  parents: readonly ParentRef[],
  lookup: GatewayLookup,
): readonly string[] | undefined {
  let common: readonly string[] | undefined;
  for (const parent of parents) {
    if ((parent.kind ?? "Gateway") !== "Gateway") return undefined;
    const className = lookup.gateway(parent.namespace ?? namespace, parent.name)?.spec?.gatewayClassName;
    const told =
      className === undefined ? undefined : lookup.gatewayClass(className)?.status?.supportedFeatures;
    if (told === undefined) return undefined;
    // Gateway API up to 1.1 listed bare strings.
    const names = told.map((feature) => (typeof feature === "string" ? feature : (feature.name ?? "")));
    common = common === undefined ? names : common.filter((name) => names.includes(name));
  }
  return common;
}
