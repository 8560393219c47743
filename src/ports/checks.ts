import type { Check, CheckKind } from "../api/check.ts";
import type { VerificationSpec } from "../api/verification.ts";
import type { Instant } from "../base/instant.ts";

/** Everything that one look at a check may use. */
export interface LookContext {
  readonly check: Check;
  readonly target: VerificationSpec["target"];
  readonly namespace: string;
  /** Verification on whose behalf the look is made. */
  readonly verification: { readonly name: string; readonly uid: string };
  readonly release?: string;
  /** Evidence from before this time does not count: another version may have occupied the slot. */
  readonly from: Instant;
  readonly now: Instant;
  /** Number of looks made before. */
  readonly looks: number;
  /** Ends the look at its deadline or when the verification ends. */
  readonly signal: AbortSignal;
}

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
    }
  /** Counts since `from`: integers from raw counters. */
  | {
      readonly kind: "share";
      readonly bad: number;
      readonly total: number;
      readonly newest: Instant;
      readonly series: number;
    }
  | { readonly kind: "value"; readonly value: number; readonly newest: Instant }
  /** No evidence at all yet: no series, or nothing counted. */
  | { readonly kind: "nothing"; readonly reason: string; readonly message: string }
  /** The source can't be read, is stale, or answers something else than was meant. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly message: string }
  /** A Job: still running, or its end. */
  | {
      readonly kind: "job";
      readonly state: "running" | "succeeded" | "failed";
      readonly message: string;
      readonly evidence?: string;
    };

/** Port to one check kind. `look` always answers, also when the world is broken; it throws only on abort. */
export interface Checker {
  readonly kind: CheckKind;
  look(context: LookContext): Promise<Look>;
  /** Removes what looks left behind (Jobs). Idempotent. */
  finish?(context: LookContext): Promise<void>;
}
