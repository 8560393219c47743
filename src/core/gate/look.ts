import type { Instant } from "../../base/instant.ts";
import type { ComparedWindow } from "./compare/comparison.ts";

/** What one look saw; `core/gate` judges it. */
export type Look =
  | {
      readonly kind: "functional";
      readonly good: boolean;
      readonly reason: string;
      readonly message: string;
      /** Milliseconds to the whole answer. */
      readonly latencyMs?: number;
      readonly evidence?: string;
      /** Nobody took the connection. */
      readonly refused?: true;
    }
  /** Counts since `from`: integers from raw counters. */
  | {
      readonly kind: "share";
      readonly bad: number;
      readonly total: number;
      readonly newest: Instant;
      readonly series: number;
      /** A counter has just begun anew; whether it counts on is not known yet. */
      readonly restarted?: true;
    }
  /** Requests by side since `from`, from counters that are read in one go. */
  | {
      readonly kind: "split";
      readonly candidate: number;
      readonly live: number;
      readonly newest: Instant;
      readonly restarted?: true;
    }
  /** Windows of both sides that were not judged yet. Start and windows are in the source's time, `newest` in ours. */
  | {
      readonly kind: "compare";
      /** Both sides get requests; otherwise only absolute guards are judged. */
      readonly baseline: boolean;
      readonly start: Instant;
      readonly windows: readonly ComparedWindow[];
      readonly newest: Instant;
    }
  | { readonly kind: "value"; readonly value: number; readonly newest: Instant }
  /** No evidence at all yet: no series, or nothing counted. */
  | { readonly kind: "nothing"; readonly reason: string; readonly message: string }
  /** The source can't be read, is stale, or answers something else than was meant. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly message: string }
  /** Something that comes to an end of its own (a Job, a load, an examination, an answer): under way, or how it ended. */
  | {
      readonly kind: "outcome";
      readonly state: "running" | "passed" | "failed";
      readonly reason: string;
      readonly message: string;
      readonly value?: number;
      /** Limit that it was held against; default: the kind's own. */
      readonly threshold?: string;
      /** Requests, findings or samples behind it. Default: 1. */
      readonly sampleSize?: number;
      readonly confidence?: string;
      readonly evidence?: string;
      /** The person or system that judged; default: the controller. */
      readonly validator?: string;
    };
