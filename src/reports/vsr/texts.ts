import type { Moment, Severity } from "../../api/check.ts";
import type { Phase } from "../../api/release.ts";
import type { Verdict } from "../../api/verification.ts";
import type { VsrDecisionKind, VsrNotRun, VsrReason, VsrSection } from "../../core/record/vsr/report.ts";

/** Every text of the report. What one language has and another lacks is a type error. */
export interface VsrTexts {
  readonly title: string;
  readonly subject: (release: string, version: string) => string;
  readonly decision: string;
  readonly decisions: Readonly<Record<VsrDecisionKind, string>>;
  readonly reasons: Readonly<Record<VsrReason, string>>;
  readonly contradicted: string;
  readonly decidedBy: string;
  readonly decisiveTests: string;
  readonly headings: {
    readonly identity: string;
    readonly summary: string;
    readonly tests: string;
    readonly reservations: string;
    readonly course: string;
    readonly seal: string;
    readonly signatures: string;
  };
  readonly identity: {
    readonly release: string;
    readonly namespace: string;
    readonly plan: string;
    readonly uid: string;
    readonly sequence: string;
    readonly version: string;
    readonly image: (container: string) => string;
    readonly packageDigest: string;
    readonly program: string;
    readonly frozenHash: string;
    readonly slot: string;
    readonly created: string;
    readonly started: string;
    readonly finished: string;
    readonly change: (member: string) => string;
  };
  readonly outcome: {
    readonly phase: string;
    readonly message: string;
    readonly hold: string;
    readonly tests: string;
    readonly noTests: string;
  };
  readonly phases: Readonly<Record<Phase, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly advisory: string;
  readonly absent: Readonly<Record<VsrNotRun, string>>;
  readonly moments: Readonly<Record<Moment, string>>;
  readonly section: {
    readonly title: (section: VsrSection) => string;
    readonly superseded: string;
    readonly otherSide: string;
    readonly states: Readonly<Record<Exclude<VsrSection["state"], "run">, string>>;
    readonly verification: string;
    readonly service: string;
    readonly tested: string;
    readonly moment: string;
    readonly caption: (section: VsrSection) => string;
  };
  readonly columns: {
    readonly test: string;
    readonly result: string;
    readonly value: string;
    readonly limit: string;
    readonly sample: string;
    readonly window: string;
    readonly time: string;
    readonly validator: string;
    readonly severity: string;
  };
  readonly details: {
    readonly reason: string;
    readonly confidence: string;
    readonly looks: string;
    readonly evidence: string;
  };
  readonly reservations: {
    readonly none: string;
    readonly notRecorded: string;
    readonly more: (count: number) => string;
    readonly columns: readonly [number: string, test: string, text: string];
  };
  readonly course: {
    readonly caption: string;
    readonly columns: readonly [time: string, to: string, reason: string, by: string, message: string];
    readonly earlier: (count: number) => string;
    readonly none: string;
  };
  readonly seal: {
    readonly journal: string;
    readonly whole: (count: number) => string;
    readonly broken: (problems: number) => string;
    readonly empty: string;
    readonly head: string;
    readonly segments: string;
    readonly validators: string;
    readonly nobody: string;
    readonly digest: string;
    readonly generated: string;
    readonly asRecorded: string;
  };
  readonly signatures: {
    readonly caption: string;
    readonly columns: readonly [
      role: string,
      name: string,
      decision: string,
      date: string,
      signature: string,
    ];
    readonly roles: readonly string[];
  };
  /** Between two times of a window. */
  readonly to: string;
  /** With the blank before it, where the language has one. */
  readonly colon: string;
  readonly decimalComma: boolean;
  /** Day, month and year of a date, as people write it. */
  readonly date: (year: string, month: string, day: string) => string;
}
