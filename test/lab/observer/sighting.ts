import type { Instant } from "../../../src/base/instant.ts";
import type { AnyObject } from "../kinds.ts";

/** Something that the observer saw, in the order in which the API server told it. */
export type Sighting = { readonly at: Instant } & Seen;

export type Seen =
  /** Shares of requests in percent, by Service. */
  | { readonly kind: "route"; readonly name: string; readonly shares: Readonly<Record<string, number>> }
  | { readonly kind: "endpoints"; readonly service: string; readonly ready: number }
  | {
      readonly kind: "deployment";
      readonly name: string;
      /** Slot of a Deployment that Bascule made. */
      readonly slot?: string;
      readonly generation: number;
      readonly replicas: number;
    }
  /** `app`: its label of that name. */
  | {
      readonly kind: "pod";
      readonly name: string;
      readonly slot?: string;
      readonly app?: string;
      readonly leaving: boolean;
    }
  | { readonly kind: "plan"; readonly name: string; readonly live?: string; readonly active?: string }
  | {
      readonly kind: "release";
      readonly name: string;
      readonly phase: string;
      readonly step: string;
      readonly stage: string;
      readonly weight: string;
      readonly verdict: string;
      readonly message: string;
    };

const SLOT = "bascule.dev/slot";
const slotOf = (object: AnyObject): { readonly slot?: string } => {
  const slot = object.metadata.labels?.[SLOT];
  return slot === undefined ? {} : { slot };
};

/** Shares of the first rule's backends; none of a route that is gone. */
export function readRoute(route: AnyObject, deleted = false): Seen {
  if (deleted) return { kind: "route", name: route.metadata.name, shares: {} };
  const refs: readonly { readonly name: string; readonly weight?: number }[] =
    route.spec?.rules?.[0]?.backendRefs ?? [];
  const total = refs.reduce((sum, ref) => sum + (ref.weight ?? 1), 0);
  const share = (weight = 1): number => (total === 0 ? 0 : Math.round((10_000 * weight) / total) / 100);
  const shares = Object.fromEntries(refs.map((ref) => [ref.name, share(ref.weight)]));
  return { kind: "route", name: route.metadata.name, shares };
}

export const readDeployment = (object: AnyObject): Seen => ({
  kind: "deployment",
  name: object.metadata.name,
  ...slotOf(object),
  generation: object.metadata.generation ?? 0,
  replicas: object.spec?.replicas ?? 1,
});

export function readPod(object: AnyObject, deleted: boolean): Seen {
  const { name, labels, deletionTimestamp } = object.metadata;
  const app = labels?.app;
  const leaving = deleted || deletionTimestamp !== undefined;
  return { kind: "pod", name, ...slotOf(object), ...(app === undefined ? {} : { app }), leaving };
}

export function readPlan(object: AnyObject): Seen {
  const { liveSlot, activeRelease } = object.status ?? {};
  return {
    kind: "plan",
    name: object.metadata.name,
    ...(liveSlot === undefined ? {} : { live: liveSlot }),
    ...(activeRelease === undefined ? {} : { active: activeRelease }),
  };
}

export function readRelease(object: AnyObject): Seen {
  const { phase = "Pending", step = "", weight = "", verdict = "", message = "" } = object.status ?? {};
  const stage = object.status?.position?.stage ?? "";
  return { kind: "release", name: object.metadata.name, phase, step, stage, weight, verdict, message };
}

/** Service of an EndpointSlice. */
export const serviceOf = (slice: AnyObject): string =>
  slice.metadata.labels?.["kubernetes.io/service-name"] ?? "";

export const readyOf = (slice: AnyObject): number =>
  ((slice.endpoints ?? []) as readonly { readonly conditions?: { readonly ready?: boolean } }[]).filter(
    (endpoint) => endpoint.conditions?.ready !== false,
  ).length;
