import type { Check } from "../../api/check.ts";
import type { Release } from "../../api/release.ts";
import type { ReleasePlan, Slot } from "../../api/release-plan.ts";
import type { CheckResult } from "../../api/verification.ts";
import type { JournalBounds } from "../record/bounds.ts";
import type { SegmentOutcome } from "../record/segment.ts";
import type { FormerService } from "../traffic/former-service.ts";
import type { AdoptionFinding, TrafficObservation } from "../traffic/observation.ts";
import type { ProgramInfo, StackOutcome } from "./stack.ts";

/** A workload of a slot, as its live object says. */
export interface WorkloadObservation {
  readonly kind: string;
  readonly name: string;
  /** Release on the live pod template. */
  readonly release?: string;
  readonly desired: number;
  readonly ready: number;
  /** The workload's controller has seen the latest spec, and all desired pods are of it and available. */
  readonly current: boolean;
  readonly resourceVersion?: string;
  /** Autoscaler of the workload. */
  readonly autoscaler?: AutoscalerObservation;
  /** Ports of its containers that have a name. */
  readonly portNames?: Readonly<Record<string, number>>;
  /** Something that people should know within seconds, such as CrashLoopBackOff. */
  readonly problem?: { readonly reason: string; readonly message: string };
}

/** A floor of an autoscaler that a release borrowed, as the autoscaler's own annotation says. */
export interface RaisedFloor {
  /** The floor that was written. */
  readonly to: number;
  /** The floor that is given back. */
  readonly former: number;
  /** `<release uid>/<sequence>` of the run that wrote it. */
  readonly run: string;
}

export interface AutoscalerObservation {
  readonly name: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** The floor that the program declares; unknown for an autoscaler that an earlier version of Bascule made. */
  readonly declared?: number;
  /** A floor that a release borrowed and that has not been given back. */
  readonly raised?: RaisedFloor;
  readonly resourceVersion?: string;
}

export interface SlotObservation {
  readonly workloads: readonly WorkloadObservation[];
  readonly serviceExists: boolean;
  /** Ready endpoints behind the slot's Service. */
  readonly readyEndpoints: number;
}

/** A Service whose selector the controller moves. */
export interface SelectorObservation {
  readonly exists: boolean;
  /** Slot that it selects; absent when it selects something else. */
  readonly slot?: Slot;
  /** Run that it is fenced with. */
  readonly run?: string;
}

/** The plan's checks with templates, arguments and defaults filled in; a missing template is waited for. */
export type CheckResolution =
  | { readonly ok: true; readonly checks: readonly Check[] }
  | { readonly ok: false; readonly kind: "missing" | "invalid"; readonly message: string };

export interface VerificationObservation {
  readonly name: string;
  readonly release?: string;
  readonly ended: boolean;
  /** Checks that were ended before the rest. */
  readonly endedChecks?: readonly string[];
  readonly results: readonly CheckResult[];
}

/** Everything a decision may depend on: one immutable snapshot of a plan and what belongs to it. */
export interface Observed {
  readonly plan: ReleasePlan;
  /** The plan's schema error, when it could not be read; nothing new starts then. */
  readonly planProblem?: string;
  /** All releases of the plan, in any order. */
  readonly releases: readonly Release[];
  readonly slots: Readonly<Record<Slot, SlotObservation>>;
  /** The user's own Service, while it is a side. */
  readonly adopted?: { readonly exists: boolean; readonly readyEndpoints: number };
  readonly entry: SelectorObservation;
  readonly preview: SelectorObservation;
  /** The user's own Service that served before the first release: by the plan's status, or as its spec names it. */
  readonly former?: FormerService;
  /** Other plans that have to do with that Service. */
  readonly formerPlans?: readonly string[];
  /** Port of the slots' Services, by which `traffic` knows them in a route. */
  readonly port?: number;
  /** Targets of the active release, or those of the plan between releases. */
  readonly traffic: readonly TrafficObservation[];
  /** What adoption finds for the plan's routes; empty for `create`. */
  readonly adoption: readonly AdoptionFinding[];
  /** Operations by key, of those that this process has been asked for. */
  readonly operations: Readonly<Record<string, StackOutcome>>;
  /** Program and checks by release name, for releases that could start now. */
  readonly programs: Readonly<Record<string, ProgramInfo>>;
  readonly checks: CheckResolution;
  readonly verifications: Readonly<Record<string, VerificationObservation>>;
  /** The last journal segment that this process was asked to store, by the release's uid. */
  readonly segments?: Readonly<Record<string, SegmentOutcome>>;
  /** Others than the product's own, where the process is composed with them. */
  readonly journalBounds?: JournalBounds;
  /** Services and budgets of other owners that select the slots' pods. */
  readonly intruders: readonly string[];
  readonly namespaceTerminating: boolean;
}
