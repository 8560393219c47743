import type { ParentRef } from "../../api/release-plan.ts";

/** The parts of a Gateway API route that are read here; everything else stays as it is. */
export interface RouteObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: RouteMeta;
  readonly spec: {
    readonly parentRefs?: readonly ParentRef[];
    readonly rules?: readonly RouteRule[];
  };
  readonly status?: { readonly parents?: readonly RouteParentStatus[] };
}

export interface RouteMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly unknown[];
}

export interface RouteRule {
  readonly name?: string;
  readonly filters?: readonly RouteFilter[];
  readonly backendRefs?: readonly BackendRef[];
}

/** A filter of a rule or a backendRef; only its type is looked at. */
export interface RouteFilter {
  readonly type?: string;
  readonly [member: string]: unknown;
}

export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
  readonly filters?: readonly RouteFilter[];
}

export interface RouteParentStatus {
  readonly parentRef: ParentRef;
  readonly controllerName?: string;
  readonly conditions?: readonly RouteCondition[];
}

export interface RouteCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** `HTTPRoute "shop/shop"`, for messages. */
export const routeLabel = (namespace: string, name: string, kind = "HTTPRoute"): string =>
  `${kind} "${namespace}/${name}"`;
