import type { Phase } from "../api/release.ts";
import type { VerificationStatus } from "../api/verification.ts";

/** Exit codes; scripts rely on them, so they never change their meaning (docs/cli.md). */
export const EXIT = {
  ok: 0,
  /** Anything that is not one of the others: refused by the API server, not found, a broken journal. */
  error: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The release ended `Reverted` or `Failed`. */
  notReleased: 3,
  cancelled: 4,
  superseded: 5,
  revertFailed: 6,
  timeout: 7,
  /** No answer from the cluster, or no credentials for it. */
  unreachable: 8,
  /** Of `verify`: a check that may stop a release failed. */
  failed: 9,
  /** Of `verify`: no such check failed, but one could not be decided. */
  inconclusive: 10,
  /** Of `verify`: no such check failed, but one could not be measured. */
  unmeasured: 11,
  /** Of `verify --strict`: passed with reservations. */
  reserved: 12,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Exit code of a finished phase; undefined while the release goes on. */
export function exitCodeOf(phase: Phase | undefined): ExitCode | undefined {
  switch (phase) {
    case "Completed":
      return EXIT.ok;
    case "Reverted":
    case "Failed":
      return EXIT.notReleased;
    case "Cancelled":
      return EXIT.cancelled;
    case "Superseded":
      return EXIT.superseded;
    case "RevertFailed":
      return EXIT.revertFailed;
    default:
      return undefined;
  }
}

/** Exit code of a Verification that has ended; with `strict` a reservation is no success. */
export function exitCodeOfVerification(
  phase: VerificationStatus["phase"],
  { strict }: { readonly strict: boolean },
): ExitCode {
  switch (phase) {
    case "Passed":
      return EXIT.ok;
    case "Reserved":
      return strict ? EXIT.reserved : EXIT.ok;
    case "Failed":
      return EXIT.failed;
    case "Inconclusive":
      return EXIT.inconclusive;
    case "Error":
      return EXIT.unmeasured;
    case "Stopped":
      return EXIT.cancelled;
    default:
      return EXIT.error;
  }
}
