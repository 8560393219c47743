import type { TrafficTarget } from "../../api/frozen.ts";
import type { WriteEnd } from "./runs.ts";
import type { Backend, Backends, Side, Split } from "./sides.ts";

export type { WriteEnd } from "./runs.ts";
export type { Backend, Backends, Side, Split } from "./sides.ts";

/** What a traffic object says at this moment, in the same words for every adapter. */
export interface TrafficObservation {
  readonly target: Pick<TrafficTarget, "kind" | "name">;
  readonly exists: boolean;
  /** Version that a forward write must be based on. */
  readonly resourceVersion?: string;
  /**
   * Share by side; a side without a backend in the rules is absent. All given rules agree, or `mixed` is set:
   * then each side has the largest share that any of them gives it, so that nothing with traffic looks idle.
   * The shares add up to less than everything when `foreign` backends have some, and to nothing when all
   * weights are 0.
   */
  readonly split: Split;
  /** True when the given rules do not all say the same. */
  readonly mixed: boolean;
  /** Names of backends in the given rules that belong to no side. */
  readonly foreign: readonly string[];
  /** Sides with a known Service that at least one given rule does not name. */
  readonly missing?: readonly Side[];
  /** The counting parents report Accepted and ResolvedRefs at the object's present generation. */
  readonly accepted: boolean;
  /** Why it is not accepted, for people. */
  readonly problem?: string;
  /** Value of the annotation `bascule.dev/run`. */
  readonly run?: string;
  /** Value of the annotation `bascule.dev/reverted`. */
  readonly reverted?: string;
  /** Value of the annotation `bascule.dev/completed`. */
  readonly completed?: string;
  /** Value of the annotation `bascule.dev/touched`. */
  readonly touched?: string;
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
  /**
   * Says exactly which sides the rules name afterwards: one that is missing there is put in, one with a known
   * Service that the split does not name leaves.
   */
  readonly split: Split;
  readonly backends: Backends;
  /** `<release uid>/<sequence>`. */
  readonly run: string;
  /**
   * Written as `bascule.dev/touched`: a change without meaning, which makes a gateway that has lost its status write look
   * at the route again (ADR 16).
   */
  readonly touch?: string;
  /**
   * Forward writes only: the completion of the run, or the route's return to its owner. Then all our marks leave, and
   * the sides that the split does not name; weights that stay are only touched where one that leaves still had a share.
   */
  readonly end?: WriteEnd;
}
