/** Small routes for unit tests of `core/traffic`. */

import type { TrafficTarget } from "../../../src/api/frozen.ts";
import type { ParentRef } from "../../../src/api/release-plan.ts";
import type {
  BackendRef,
  RouteCondition,
  RouteObject,
  RouteParentStatus,
  RouteRule,
} from "../../../src/core/traffic/route-object.ts";
import type { Backends } from "../../../src/core/traffic/sides.ts";

export const NAMESPACE = "shop";
export const BACKENDS: Required<Backends> = {
  adopted: { service: "shop", port: 80 },
  blue: { service: "shop-blue", port: 80 },
  green: { service: "shop-green", port: 80 },
};
export const SLOTS: Backends = { blue: BACKENDS.blue, green: BACKENDS.green };
export const PARENT: ParentRef = { name: "edge", namespace: "gateways" };

export const ref = (name: string, weight?: number, more: Partial<BackendRef> = {}): BackendRef => ({
  name,
  port: 80,
  ...(weight === undefined ? {} : { weight }),
  ...more,
});

export function route(rules: readonly RouteRule[], more: Partial<RouteObject["metadata"]> = {}): RouteObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "shop", namespace: NAMESPACE, resourceVersion: "7", generation: 3, ...more },
    spec: { parentRefs: [PARENT], rules },
    status: { parents: [accepting()] },
  };
}

export const condition = (type: string, status = "True", observedGeneration = 3): RouteCondition => ({
  type,
  status,
  observedGeneration,
});

export const accepting = (generation = 3): RouteParentStatus => ({
  parentRef: PARENT,
  controllerName: "example.com/gateway",
  conditions: [condition("Accepted", "True", generation), condition("ResolvedRefs", "True", generation)],
});

export const target = (names?: readonly string[]): TrafficTarget => ({
  kind: "HTTPRoute",
  name: "shop",
  rules: names === undefined ? [0] : names.map((_, index) => index),
  ...(names === undefined ? {} : { ruleNames: [...names] }),
  parents: [PARENT],
});
