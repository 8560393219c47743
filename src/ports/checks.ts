import type { Check } from "../api/check.ts";
import type { CheckKind } from "../api/checks/kinds.ts";
import type { Answer } from "../api/checks/manual.ts";
import type { VerificationSpec } from "../api/verification.ts";
import type { Instant } from "../base/instant.ts";
import type { Look } from "../core/gate/look.ts";

export type { Look } from "../core/gate/look.ts";

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
  /** Time by which the check must have concluded. */
  readonly deadline: Instant;
  readonly now: Instant;
  /** Number of looks made before. */
  readonly looks: number;
  /** A comparison's evidence up to this time, on the source's clock, is judged already. */
  readonly judgedUntil?: Instant;
  /** What a person has answered to this check. */
  readonly answer?: Answer;
  /** Ends the look at its deadline or when the verification ends. */
  readonly signal: AbortSignal;
}

/** Port to one check kind. `look` always answers, also when the world is broken; it throws only on abort. */
export interface Checker {
  readonly kind: CheckKind;
  look(context: LookContext): Promise<Look>;
  /** Removes what looks left behind (Jobs). Idempotent. */
  finish?(context: LookContext): Promise<void>;
}
