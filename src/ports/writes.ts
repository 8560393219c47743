import type { PackageSpec } from "../api/common.ts";
import type { Slot } from "../api/release-plan.ts";
import type { VerificationSpec } from "../api/verification.ts";
import type { Result } from "../base/result.ts";
import type { Fact, ScaleTarget } from "../core/plan/intents.ts";
import type { PlanKey } from "./world.ts";

/** A failed write. `conflict`: somebody wrote first, read again; `gone`: the object is not there any more. */
export interface WriteFailure {
  readonly kind: "conflict" | "gone" | "forbidden" | "invalid" | "unreachable";
  readonly message: string;
}
export type Written = Promise<Result<void, WriteFailure>>;

/** An object as it was read: its status is only written if it has not changed since. */
export interface ReadVersion {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Port to everything that the controller writes to the API server apart from traffic. All idempotent. */
export interface Writes {
  planStatus(read: ReadVersion, status: unknown): Written;
  releaseStatus(read: ReadVersion, status: unknown): Written;
  scale(key: PlanKey, slot: Slot, workloads: readonly ScaleTarget[]): Written;
  createVerification(
    key: PlanKey,
    verification: { readonly name: string; readonly release: string; readonly spec: VerificationSpec },
  ): Written;
  endVerification(namespace: string, name: string): Written;
  /** Says that checks of a Verification need no further looks. */
  endChecks(namespace: string, name: string, checks: readonly string[]): Written;
  createRelease(key: PlanKey, release: { readonly name: string; readonly package: PackageSpec }): Written;
  deleteRelease(namespace: string, name: string): Written;
  setFinalizer(
    object: { readonly kind: "plan" | "release"; readonly namespace: string; readonly name: string },
    finalizer: string,
    present: boolean,
  ): Written;
  /** Publishes an event; never fails and never waits. */
  publish(namespace: string, fact: Fact): void;
}
