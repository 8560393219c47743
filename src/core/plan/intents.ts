import type { PackageSpec } from "../../api/common.ts";
import type { Slot } from "../../api/release-plan.ts";
import type { VerificationSpec } from "../../api/verification.ts";
import type { Segment } from "../record/segment.ts";
import type { PodPorts } from "../traffic/former-service.ts";
import type { TrafficWrite } from "../traffic/observation.ts";
import type { StackRequest } from "./stack.ts";

/**
 * What is to be done in the world, as data. Every intent is idempotent and carries the key under which it is
 * asked for again after a crash.
 */
export type Intent =
  | { readonly kind: "stack"; readonly key: string; readonly request: StackRequest }
  | { readonly kind: "cancelStack"; readonly key: string }
  /** Moves the split forward; guarded by the version that was observed. */
  | {
      readonly kind: "shift";
      readonly key: string;
      readonly write: TrafficWrite;
      readonly resourceVersion: string;
    }
  /** Takes traffic back; guarded by names and run only. */
  | { readonly kind: "revert"; readonly key: string; readonly write: TrafficWrite }
  /** Points one of our Services at a slot. */
  | {
      readonly kind: "select";
      readonly key: string;
      readonly service: string;
      readonly slot: Slot;
      /** Run that the Service is fenced with; absent for the preview. */
      readonly run?: string;
      /** It takes traffic back; later forward writes of the run are stale. */
      readonly reverts?: boolean;
    }
  /** Makes the user's own former Service an entry: its selector moves to the live slot. */
  | {
      readonly kind: "takeOver";
      readonly key: string;
      readonly service: string;
      readonly slot: Slot;
      readonly pods: PodPorts;
    }
  /** Sets the size of a slot's workloads, or the floor of their autoscalers. */
  | {
      readonly kind: "scale";
      readonly key: string;
      readonly slot: Slot;
      readonly workloads: readonly ScaleTarget[];
    }
  | {
      readonly kind: "verify";
      readonly key: string;
      readonly name: string;
      readonly release: string;
      readonly spec: VerificationSpec;
    }
  | { readonly kind: "endVerification"; readonly key: string; readonly name: string }
  /** Ends some checks of a Verification: what they measure is over. */
  | {
      readonly kind: "endChecks";
      readonly key: string;
      readonly name: string;
      readonly checks: readonly string[];
    }
  | {
      readonly kind: "createRelease";
      readonly key: string;
      readonly name: string;
      readonly package: PackageSpec;
    }
  | { readonly kind: "deleteRelease"; readonly key: string; readonly name: string }
  /** Stores old entries of a release's journal; they leave its status when that is done. */
  | { readonly kind: "storeSegment"; readonly key: string; readonly segment: Segment }
  | {
      readonly kind: "addFinalizer";
      readonly key: string;
      readonly object: "plan" | "release";
      readonly name: string;
    }
  | {
      readonly kind: "removeFinalizer";
      readonly key: string;
      readonly object: "plan" | "release";
      readonly name: string;
    };

export interface ScaleTarget {
  readonly kind: string;
  readonly name: string;
  /** Replicas to set; absent where an autoscaler decides between floor and ceiling. */
  readonly replicas?: number;
  /**
   * Version of the workload that was read. Somebody's write in between makes this one void, or the late write of a
   * controller that is dead could take pods from a slot that has got traffic since.
   */
  readonly resourceVersion?: string;
  readonly autoscaler?: FloorWrite;
}

/** A write of an autoscaler's floor and of the mark that says what it was before. */
export interface FloorWrite {
  readonly name: string;
  /** Absent where the value that stands there stays. */
  readonly minReplicas?: number;
  /** The mark; absent when it is taken away. */
  readonly raised?: string;
  /** Version of the autoscaler that was read; somebody's write in between makes this one void. */
  readonly resourceVersion?: string;
}

/** Something that happened, for events, metrics and notifications. */
export interface Fact {
  readonly about: { readonly kind: "ReleasePlan" | "Release"; readonly name: string };
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** Which rule spoke, for `explain`. */
export interface TraceEntry {
  readonly rule: string;
  readonly about: string;
  readonly said: string;
}
