import type { TrafficTarget } from "../api/frozen.ts";
import type { ParentRef, RouteRef, Slot } from "../api/release-plan.ts";
import type { Result } from "../base/result.ts";
import type { FormerService, TakeOver } from "../core/traffic/former-service.ts";
import type {
  AdoptionFinding,
  Backends,
  TrafficObservation,
  TrafficWrite,
} from "../core/traffic/observation.ts";

export type * from "../core/traffic/observation.ts";

export type TrafficError = {
  readonly kind: "conflict" | "stale" | "notFound" | "forbidden" | "invalid" | "unreachable";
  readonly message: string;
};

/**
 * Port to whatever splits the traffic. Reading is done on cached objects and never blocks; every write is
 * one idempotent request per traffic object. One conformance suite runs against every adapter.
 */
export interface TrafficRouter {
  readonly kind: TrafficTarget["kind"];
  /** Looks at a route that a plan wants to adopt, with the rules and parents that it would be given. */
  adopt(namespace: string, route: RouteRef, slots: Backends): AdoptionFinding;
  /** Reads the split of a target. */
  observe(namespace: string, target: TrafficTarget, backends: Backends): TrafficObservation;
  /**
   * Moves forward: guarded by the version that was observed; sets the run annotation. `stale` when a later run,
   * a revert of this run or its completion came first.
   */
  shift(write: TrafficWrite & { readonly resourceVersion: string }): Promise<Result<void, TrafficError>>;
  /**
   * Takes traffic back in one write that carries its own intent as an annotation. Guarded by the backends'
   * names and the run annotation, not by the version: gateways write status all the time.
   */
  revert(write: TrafficWrite): Promise<Result<void, TrafficError>>;
  /** What the gateway class can do; names of Gateway API features. */
  features(namespace: string, parents: readonly ParentRef[]): readonly string[] | undefined;
}

/** A switch of an entry or preview Service to a slot. */
export interface EntryWrite {
  readonly namespace: string;
  readonly service: string;
  readonly plan: string;
  readonly slot: Slot;
  /** `<release uid>/<sequence>`: a leader that wakes up late is refused as `stale`. Absent for the preview. */
  readonly run?: string;
  /** The write takes traffic back; later forward writes of the same run are stale. */
  readonly reverts?: boolean;
}

/** What a Service selects; `slot` is absent when that is not a slot of the plan, and then it is never written. */
export interface EntryObservation {
  readonly exists: boolean;
  readonly slot?: Slot;
  readonly run?: string;
}

/** The switch of the user's own former Service to the live slot. */
export interface TakeOverWrite extends TakeOver {
  readonly namespace: string;
  readonly service: string;
}

/** Port to the Services of a plan whose selector the controller moves, for callers inside the cluster. */
export interface EntryServices {
  observe(namespace: string, service: string, plan: string): EntryObservation;
  /** One idempotent request; `invalid` for a Service that is not the plan's. */
  select(write: EntryWrite): Promise<Result<void, TrafficError>>;
  /** What is to be known of a Service of the user's own that may become an entry. */
  former(namespace: string, service: string, plan: string): FormerService;
  /** Makes it one, in one request; `invalid` when it is not fit, and then it stays as it was. */
  takeOver(write: TakeOverWrite): Promise<Result<void, TrafficError>>;
}
