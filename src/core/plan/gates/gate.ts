import type { Release } from "../../../api/release.ts";
import type { ReleasePlanStatus } from "../../../api/release-plan.ts";
import type { Instant } from "../../../base/instant.ts";
import type { House } from "../housekeeping.ts";
import type { Observed } from "../observed.ts";

/** What stands between a pending release and its start. */
export interface GateInput {
  readonly observed: Observed;
  readonly planStatus: ReleasePlanStatus;
  /** What stands in the way between releases; nothing while one is active. */
  readonly house?: House;
  readonly release: Release;
  readonly now: Instant;
}

export type GateAnswer =
  | { readonly kind: "open" }
  /** Waits for something; `deadline: false` when a person or a calendar is waited for. */
  | {
      readonly kind: "wait";
      readonly reason: string;
      readonly message: string;
      readonly deadline: boolean;
      readonly wakeAt?: Instant;
      /** A person is waited for, for as long as the plan allows. */
      readonly person?: true;
    }
  | {
      readonly kind: "end";
      readonly phase: "Failed" | "Cancelled" | "Completed";
      readonly reason: string;
      readonly message: string;
    };

export interface Gate {
  readonly name: string;
  ask(input: GateInput): GateAnswer;
}

export const OPEN: GateAnswer = { kind: "open" };
export const wait = (reason: string, message: string): Extract<GateAnswer, { kind: "wait" }> => ({
  kind: "wait",
  reason,
  message,
  deadline: true,
});
export const fail = (reason: string, message: string): GateAnswer => ({
  kind: "end",
  phase: "Failed",
  reason,
  message,
});
