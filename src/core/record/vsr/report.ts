/** The record of a release's verification (VSR, in French PV de vérification de service rendu) as data, in no language. */
import type { Severity } from "../../../api/check.ts";
import type { Phase } from "../../../api/release.ts";
import type { Verdict } from "../../../api/verification.ts";

/** Version of this form; members are only ever added to it. */
export const VSR_FORMAT = 1;

export interface VsrReport {
  readonly format: typeof VSR_FORMAT;
  readonly release: VsrIdentity;
  readonly decision: VsrDecision;
  readonly outcome: VsrOutcome;
  /** Tests by verdict, of all sections. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** In the order of the steps; each test is in exactly one of them, once. */
  readonly sections: readonly VsrSection[];
  readonly reservations: readonly VsrReservation[];
  /** Reservations that did not fit into the release's list. */
  readonly moreReservations: number;
  /** What went on and who decided it: the last entries of the journal. */
  readonly course: readonly VsrEvent[];
  readonly seal: VsrSeal;
  readonly generated: { readonly at: string; readonly by: string };
}

export interface VsrIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly plan: string;
  readonly uid?: string;
  readonly sequence?: number;
  readonly version: string;
  /** By container; under the empty name where there is one image for all. */
  readonly images: Readonly<Record<string, string>>;
  readonly packageDigest?: string;
  readonly program?: string;
  readonly programDigest?: string;
  /** Hash of everything that was compiled and frozen when the release started. */
  readonly frozenHash?: string;
  readonly slot?: string;
  readonly dryRun: boolean;
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Simple members of `spec.change`, as they were declared. */
  readonly change: readonly (readonly [name: string, value: string])[];
}

export const VSR_DECISIONS = ["admission", "reservations", "postponed", "rejected"] as const;
export type VsrDecisionKind = (typeof VSR_DECISIONS)[number];

/** Why the decision is what it is; each belongs to one kind of decision. */
export type VsrReason =
  | "AllPassed"
  | "Reservations"
  | "NothingPassed"
  | "RecordIncomplete"
  | "Undecided"
  | "InProgress"
  | "Held"
  | "NotStarted"
  | "Cancelled"
  | "Superseded"
  | "DryRun"
  | "BlockingFailed"
  | "TakenBack"
  | "NotDelivered";

export interface VsrDecision {
  readonly kind: VsrDecisionKind;
  readonly reasons: readonly VsrReason[];
  /** Tests that led to it, as `step/check`. */
  readonly tests: readonly string[];
  /** Person who decided it, where a person did. */
  readonly by?: string;
  /** The release is complete although a blocking test failed. */
  readonly contradicted: boolean;
}

export interface VsrOutcome {
  readonly phase: Phase;
  readonly message?: string;
  readonly hold?: { readonly id: string; readonly message: string; readonly since: string };
}

export interface VsrSection {
  /** `live` is the side that served before, `back` the same after a revert; neither says anything about the candidate. */
  readonly kind: "step" | "live" | "back" | "other";
  readonly step: string;
  readonly attempt: number;
  /** A later attempt of the same step counts instead. */
  readonly superseded: boolean;
  readonly weight?: string;
  readonly moment?: string;
  /** `missing`: the step was verified, and the Verification is not there any more. */
  readonly state: "run" | "missing" | "notReached" | "noTests";
  readonly verification?: VsrExecution;
  readonly tests: readonly VsrTest[];
}

export interface VsrExecution {
  readonly name: string;
  readonly uid?: string;
  readonly phase?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly service: string;
  readonly version?: string;
  readonly image?: string;
  readonly packageDigest?: string;
}

/**
 * What a test means for the decision: `rejects` and `open` are of tests that may stop a release, `reserves` of those
 * that may not.
 */
export type VsrEffect = "none" | "reserves" | "open" | "rejects";

/** Why a test has no result at all. */
export const VSR_NOT_RUN = ["RecordMissing", "NotReached", "NoResult"] as const;
export type VsrNotRun = (typeof VSR_NOT_RUN)[number];

export interface VsrTest {
  readonly name: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly advisory: boolean;
  readonly verdict: Verdict;
  readonly effect: VsrEffect;
  readonly reason: string;
  readonly message: string;
  readonly value?: number;
  readonly threshold?: string;
  readonly confidence?: string;
  readonly sampleSize?: number;
  readonly looks?: number;
  readonly windowStart?: string;
  readonly windowEnd?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Absent only where nobody judged, because the test did not run. */
  readonly validator?: string;
  /** It has no result; `reason` and `message` are of this record. */
  readonly absent?: VsrNotRun;
  readonly evidence?: string;
}

export type VsrReservation =
  /** From the release's own list, in the words of the controller; `test` is `step/check` of this record. */
  | { readonly recorded: true; readonly test?: string; readonly text: string }
  /** A finding that the list does not hold. */
  | ({ readonly recorded: false; readonly test: string } & Pick<
      VsrTest,
      "severity" | "advisory" | "verdict" | "message" | "absent"
    >);

export interface VsrEvent {
  readonly at: string;
  readonly to: string;
  readonly reason: string;
  readonly message?: string;
  readonly by?: string;
}

export interface VsrSeal {
  /** Hash of the journal's last entry: it stands for all before it. */
  readonly journalHead: string;
  readonly journalCount: number;
  readonly journalWhole: boolean;
  /** The first ones of what speaks against the journal. */
  readonly problems: readonly string[];
  readonly problemCount: number;
  readonly segments: readonly string[];
  /** Who judged: controllers with their versions, and persons. */
  readonly validators: readonly string[];
  /** Digest of the canonical JSON of this report without `seal.digest` and `generated`: equal records have equal ones. */
  readonly digest: string;
}
