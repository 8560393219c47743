import type { TrafficTarget } from "../api/frozen.ts";
import type { ParentRef, RouteRef } from "../api/release-plan.ts";
import type { Result } from "../base/result.ts";
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
  /** Moves forward: guarded by the version that was observed; sets the run annotation. */
  shift(write: TrafficWrite & { readonly resourceVersion: string }): Promise<Result<void, TrafficError>>;
  /**
   * Takes traffic back in one write that carries its own intent as an annotation. Guarded by the backends'
   * names and the run annotation, not by the version: gateways write status all the time.
   */
  revert(write: TrafficWrite): Promise<Result<void, TrafficError>>;
  /** What the gateway class can do; names of Gateway API features. */
  features(namespace: string, parents: readonly ParentRef[]): readonly string[] | undefined;
}
