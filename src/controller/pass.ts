import type { Instant } from "../base/instant.ts";
import type { Decision } from "../core/plan/decision.ts";
import type { Intent } from "../core/plan/intents.ts";
import type { Progress } from "../core/plan/progress.ts";
import type { Log } from "../ports/log.ts";
import type { Segments } from "../ports/segments.ts";
import type { PlanKey } from "../ports/world.ts";
import type { ExecutePorts } from "./execute.ts";
import type { GatherPorts } from "./gather.ts";

/** All that a pass over a plan needs of the outside. */
export interface ReconcilePorts extends GatherPorts, ExecutePorts {
  /** The API server's time (design, law 6). */
  readonly now: () => Instant;
  readonly log: Log;
  readonly segments: Segments;
  readonly observer?: ReconcileObserver;
}

/** What telemetry wants to know of a pass. */
export interface ReconcileObserver {
  decided(key: PlanKey, decision: Decision): void;
  /** A status is stored: what a release went through with it. */
  progressed(key: PlanKey, progress: readonly Progress[]): void;
  /** Intents were carried out, or tried; those that failed are told as `failed` too. */
  executed(key: PlanKey, intents: readonly Intent[]): void;
  failed(key: PlanKey, what: string, kind: string): void;
}

/** How a pass ended, in the words of the queue. */
export type PassOutcome =
  | { readonly kind: "done"; readonly wakeAt?: Instant }
  | { readonly kind: "retry" }
  | { readonly kind: "gone" }
  | { readonly kind: "terminal" };
