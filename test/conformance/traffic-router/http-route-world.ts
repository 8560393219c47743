/** The hands of others on an HTTPRoute, over any way to read and write it. */
import type {
  BackendRef,
  RouteObject,
  RouteParentStatus,
  RouteRule,
} from "../../../src/core/traffic/route-object.ts";
import type { Backends, Side, TrafficRouter } from "../../../src/ports/traffic-router.ts";
import type { GatewayWord, World } from "./world.ts";

export const BACKENDS: Required<Backends> = {
  adopted: { service: "shop", port: 8080 },
  blue: { service: "shop-blue", port: 8080 },
  green: { service: "shop-green", port: 8080 },
};

const GATEWAY = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "conformance" };
export const COUNTING = { ...GATEWAY, sectionName: "web" };
const OTHER = { ...GATEWAY, sectionName: "other" };

const NAME = "shop";
const RULE = "main";

type Mutable<T> = T extends readonly (infer I)[]
  ? Mutable<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
export type EditableRoute = Mutable<RouteObject>;

/** Rules with members that the adapter knows nothing of. */
const USER_RULES: readonly (RouteRule & Readonly<Record<string, unknown>>)[] = [
  {
    name: RULE,
    matches: [{ path: { type: "PathPrefix", value: "/" } }],
    filters: [
      { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-shop", value: "1" }] } },
    ],
    timeouts: { request: "10s" },
    backendRefs: [{ group: "", kind: "Service", name: "shop", port: 8080, weight: 1 }],
  },
  {
    name: "docs",
    matches: [{ path: { type: "PathPrefix", value: "/docs" } }],
    backendRefs: [{ group: "", kind: "Service", name: "docs", port: 80, weight: 3 }],
  },
];

/** An HTTPRoute of a user: two rules, of which the first is given, with filters, a label and annotations. */
export function userRoute(namespace: string): RouteObject {
  const spec = { hostnames: ["shop.example.com"], parentRefs: [COUNTING, OTHER], rules: USER_RULES };
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: {
      name: NAME,
      namespace,
      labels: { team: "shop" },
      annotations: { "example.com/owner": "shop" },
    },
    spec,
  };
}

/** How a world reaches the stored route. */
export interface RouteHands {
  readonly router: TrafficRouter;
  readonly namespace: string;
  read(): Promise<RouteObject>;
  edit(manager: string, change: (route: EditableRoute) => void): Promise<void>;
  editStatus(change: (route: EditableRoute) => void): Promise<void>;
  remove(): Promise<void>;
  sync(): Promise<void>;
  follow(follows: boolean): void;
  beforeNextWrite(action: () => Promise<void> | void): void;
}

export function httpRouteWorld(hands: RouteHands): World {
  const refs = (route: EditableRoute): Mutable<BackendRef>[] => {
    const rule = route.spec.rules?.[0];
    if (rule === undefined) throw new Error("the route has no rule");
    rule.backendRefs ??= [];
    return rule.backendRefs;
  };
  const isSide = (side: Side) => (ref: { readonly name: string }) => ref.name === BACKENDS[side].service;
  return {
    router: hands.router,
    namespace: hands.namespace,
    route: { kind: "HTTPRoute", name: NAME, rules: [RULE] },
    target: { kind: "HTTPRoute", name: NAME, rules: [0], ruleNames: [RULE], parents: [COUNTING] },
    backends: BACKENDS,
    sync: () => hands.sync(),
    follow: (follows) => hands.follow(follows),
    beforeNextWrite: (action) => hands.beforeNextWrite(action),
    setWeights: (weights) =>
      hands.edit("kubectl-edit", (route) => {
        for (const [side, weight] of Object.entries(weights)) {
          const ref = refs(route).find(isSide(side as Side));
          if (ref === undefined) throw new Error(`no backend for ${side}`);
          ref.weight = weight;
        }
      }),
    removeBackend: (side) =>
      hands.edit("kubectl-edit", (route) => {
        const list = refs(route);
        list.splice(list.findIndex(isSide(side)), 1);
      }),
    addForeignBackend: (name, weight) =>
      hands.edit("kubectl-edit", (route) => {
        refs(route).unshift({ group: "", kind: "Service", name, port: 8080, weight });
      }),
    touchElsewhere: (text) =>
      hands.edit("kubectl-edit", (route) => {
        route.metadata.annotations = { ...route.metadata.annotations, "example.com/note": text };
        route.spec.rules?.[1]?.backendRefs?.forEach((ref) => {
          ref.weight = (ref.weight ?? 1) + 1;
        });
      }),
    gatewaySays: (word) => hands.editStatus((route) => say(route, word)),
    restOfObject: async () => restOf(await hands.read()),
    version: async () => (await hands.read()).metadata.resourceVersion ?? "",
    deleteObject: () => hands.remove(),
  };
}

/** Writes the entry of one parent; the other one's stays. */
function say(route: EditableRoute, word: GatewayWord): void {
  const parentRef = word.parent === "other" ? OTHER : COUNTING;
  const observedGeneration = (route.metadata.generation ?? 0) - (word.behind ?? 0);
  const condition = (type: string, holds: boolean | undefined) => ({
    type,
    status: holds === false ? "False" : "True",
    reason: type,
    message: "",
    observedGeneration,
    lastTransitionTime: new Date().toISOString(),
  });
  const conditions = [condition("Accepted", word.accepted), condition("ResolvedRefs", word.resolved)];
  const others = (route.status?.parents ?? []).filter(
    (p) => p.parentRef.sectionName !== parentRef.sectionName,
  );
  const entry: RouteParentStatus = { parentRef, controllerName: "example.com/conformance", conditions };
  route.status = { parents: [...others, entry as Mutable<RouteParentStatus>] };
}

/** Everything that is none of our business. */
function restOf(route: RouteObject): unknown {
  const copy = structuredClone(route) as EditableRoute & { metadata: Record<string, unknown> };
  for (const key of ["resourceVersion", "generation", "managedFields"]) delete copy.metadata[key];
  for (const key of Object.keys(copy.metadata.annotations ?? {}))
    if (key.startsWith("bascule.dev/")) delete copy.metadata.annotations?.[key];
  delete copy.status;
  const ours = new Set(Object.values(BACKENDS).map((backend) => backend.service));
  const rule = copy.spec.rules?.[0];
  if (rule?.backendRefs !== undefined)
    rule.backendRefs = rule.backendRefs.filter((ref) => !ours.has(ref.name));
  return copy;
}
