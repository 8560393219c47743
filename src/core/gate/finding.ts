import type { Check } from "../../api/check.ts";
import type { Verdict } from "../../api/verification.ts";
import type { Duration } from "../../base/duration.ts";
import type { Instant } from "../../base/instant.ts";
import type { Weight } from "../../base/weight.ts";
import type { Comparison } from "./compare/comparison.ts";
import type { JudgeMemory } from "./judge-memory.ts";

/** When a look was made, and the times that its check is held to. All in the controller's time. */
export interface JudgeContext {
  /** Time of the look. */
  readonly at: Instant;
  /** Start of the evidence. */
  readonly from: Instant;
  /** Time to look at before the check may pass. */
  readonly window: Duration;
  /** Time by which it must have concluded. */
  readonly deadline: Instant;
  /**
   * Set before traffic: how long refused connections may mean that the nodes have not heard of the slot's new
   * endpoints yet.
   */
  readonly warmUp?: Duration;
  /** Share of requests that the candidate is asked to get; a split is held against it, a comparison needs both sides to get some. */
  readonly share?: Weight;
  /** Who judges: controller and version. */
  readonly validator: string;
}

/** What one kind's judge makes of a look; `judge` adds the book-keeping that all kinds share. */
export type Finding =
  | {
      readonly kind: "judged";
      readonly verdict: Extract<Verdict, "pending" | "passed" | "failed" | "notApplicable">;
      readonly reason: string;
      readonly message: string;
      readonly value?: number;
      readonly threshold?: string;
      readonly sampleSize?: number;
      readonly newest?: Instant;
      readonly evidence?: string;
      /** What the value is worth. */
      readonly confidence?: string;
      /** Who judged, where it was not the controller. */
      readonly validator?: string;
      readonly good: boolean;
      readonly streaks?: Pick<JudgeMemory, "good" | "bad">;
      readonly counted?: JudgeMemory["counted"];
      readonly compared?: Comparison;
    }
  /** The look tells nothing about the candidate. At once an error, or only when it goes on. */
  | {
      readonly kind: "unreadable";
      readonly reason: string;
      readonly message: string;
      readonly atOnce?: true;
    };

/** One kind's judge: pure. The look is of the kind's own form, or the finding is unreadable. */
export interface KindInput<L> {
  readonly check: Check;
  readonly look: L;
  readonly memory: JudgeMemory;
  readonly context: JudgeContext;
}
