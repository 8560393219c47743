import type { TrafficTarget } from "../../api/frozen.ts";
import type { Slot } from "../../api/release-plan.ts";
import type { Weight } from "../../base/weight.ts";

/** A side of the traffic: one of the slots, or the user's own Service. */
export type Side = Slot | "adopted";

/** Share of requests by side; the shares of a split add up to everything. */
export type Split = Readonly<Partial<Record<Side, Weight>>>;

/** A Service that stands behind a side, with the port that the route uses. */
export interface Backend {
  readonly service: string;
  readonly port: number;
}
export type Backends = Readonly<Partial<Record<Side, Backend>>>;

/** What a traffic object says at this moment, in the same words for every adapter. */
export interface TrafficObservation {
  readonly target: Pick<TrafficTarget, "kind" | "name">;
  readonly exists: boolean;
  /** Version that a forward write must be based on. */
  readonly resourceVersion?: string;
  /** Share by side; a side without a backend in the rules is absent. All given rules agree, or `mixed` is set. */
  readonly split: Split;
  /** True when the given rules do not all say the same. */
  readonly mixed: boolean;
  /** Names of backends in the given rules that belong to no side. */
  readonly foreign: readonly string[];
  /** The counting parents report Accepted and ResolvedRefs at the object's present generation. */
  readonly accepted: boolean;
  /** Why it is not accepted, for people. */
  readonly problem?: string;
  /** Value of the annotation `bascule.dev/run`. */
  readonly run?: string;
  /** Value of the annotation `bascule.dev/reverted`. */
  readonly reverted?: string;
  /** Field manager that last wrote the spec, when it is not ours. */
  readonly foreignManager?: string;
  /** GitOps tool that claims to own the object, for a warning. */
  readonly gitOpsOwner?: string;
}

/** What adoption finds out about a route before a release starts. */
export type AdoptionFinding =
  | {
      readonly ok: true;
      readonly target: TrafficTarget;
      /** The only Service that the given rules point to; absent when they already point to the slots. */
      readonly service?: Backend;
    }
  | { readonly ok: false; readonly reason: string; readonly message: string };

export interface TrafficWrite {
  readonly namespace: string;
  readonly target: TrafficTarget;
  readonly split: Split;
  readonly backends: Backends;
  /** `<release uid>/<sequence>`. */
  readonly run: string;
}
