import type { ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import type { Instant } from "../../base/instant.ts";
import type { Fact, Intent, TraceEntry } from "./intents.ts";

/** The answer of `decide`: the complete next statuses and what is to be done. */
export interface Decision {
  readonly plan: ReleasePlanStatus;
  /** Next status of every release that has one, by name. */
  readonly releases: Readonly<Record<string, ReleaseStatus>>;
  /** Carried out at once, before any status is stored: reverts, and the start of checks that is written down already. */
  readonly first: readonly Intent[];
  /** Carried out after the statuses are stored. */
  readonly intents: readonly Intent[];
  /** Earliest time at which the same observation could lead to another decision. */
  readonly wakeAt?: Instant;
  readonly facts: readonly Fact[];
  readonly trace: readonly TraceEntry[];
}

/** Where the parts of a decision are collected. */
export interface Output {
  readonly first: Intent[];
  readonly intents: Intent[];
  readonly wakes: Instant[];
  readonly facts: Fact[];
  readonly trace: TraceEntry[];
}

export const emptyOutput = (): Output => ({ first: [], intents: [], wakes: [], facts: [], trace: [] });
