import type { Duration } from "../base/duration.ts";

/** What a reflector counts. */
export type ReflectorCounter =
  | "lists"
  | "watches"
  | "events"
  | "bookmarks"
  | "errors"
  | "gone"
  | "badLines"
  | "idleEnds"
  | "missed"
  | "audits"
  | "handlerErrors";

/** How the Kubernetes layer reports; telemetry implements it. Ages are pulled from the objects themselves. */
export interface KubeMetrics {
  /** One request was answered or failed. `outcome` is the HTTP status, or the error's kind without one. */
  requestDone(sample: { readonly method: string; readonly outcome: string; readonly took: Duration }): void;
  reflectorCount(resource: string, counter: ReflectorCounter, by: number): void;
  queueRun(sample: {
    readonly urgency: string;
    readonly outcome: string;
    readonly waited: Duration;
    readonly took: Duration;
  }): void;
  queueRetry(): void;
  leaseHeld(lease: string, held: boolean): void;
  eventDropped(why: "rate" | "full" | "failed"): void;
}

/** Counts nothing; for tools and tests. */
export const noMetrics: KubeMetrics = {
  requestDone() {},
  reflectorCount() {},
  queueRun() {},
  queueRetry() {},
  leaseHeld() {},
  eventDropped() {},
};
