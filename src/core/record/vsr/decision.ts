import type { Release } from "../../../api/release.ts";
import { phaseOf } from "../../plan/phases.ts";
import type {
  VsrDecision,
  VsrDecisionKind,
  VsrReason,
  VsrReservation,
  VsrSection,
  VsrTest,
} from "./report.ts";

export interface DecisionInput {
  readonly release: Release;
  readonly sections: readonly VsrSection[];
  readonly reservations: readonly VsrReservation[];
  readonly journalWhole: boolean;
}

const KIND: Readonly<Record<VsrReason, VsrDecisionKind>> = {
  AllPassed: "admission",
  Reservations: "reservations",
  NothingPassed: "reservations",
  RecordIncomplete: "reservations",
  Undecided: "postponed",
  InProgress: "postponed",
  Held: "postponed",
  NotStarted: "postponed",
  Cancelled: "postponed",
  Superseded: "postponed",
  DryRun: "postponed",
  BlockingFailed: "rejected",
  TakenBack: "rejected",
  NotDelivered: "rejected",
};

/**
 * The decision that the data lead to. A blocking test that failed rejects, whatever the release came to; what is
 * complete is admitted, with reservations where anything is short of passed; what was neither shown good nor bad is postponed.
 */
export function decisionOf(input: DecisionInput): VsrDecision {
  const { release } = input;
  const counted = countedTests(input.sections);
  const having = (effect: VsrTest["effect"]) =>
    counted.filter(({ test }) => test.effect === effect).map(({ id }) => id);
  const rejecting = failedTests(input.sections);
  const phase = phaseOf(release);
  if (rejecting.length > 0)
    return make(["BlockingFailed"], rejecting, undefined, phase === "Completed" && !release.spec.dryRun);
  if (release.spec.dryRun) return make(["DryRun"]);
  if (phase === "Completed") {
    const passed = counted.some(({ test }) => test.verdict === "passed");
    const findings = [...having("open"), ...having("reserves")];
    const incomplete = !input.journalWhole || input.sections.some(({ state }) => state === "missing");
    const reasons: readonly VsrReason[] = [
      ...(findings.length > 0 || input.reservations.length > 0 ? (["Reservations"] as const) : []),
      ...(passed ? [] : (["NothingPassed"] as const)),
      ...(incomplete ? (["RecordIncomplete"] as const) : []),
    ];
    return reasons.length === 0 ? make(["AllPassed"]) : make(reasons, findings);
  }
  const [reason, by] = withoutAdmission(release);
  return make([reason], reason === "Undecided" ? having("open") : [], by);
}

function make(
  reasons: readonly VsrReason[],
  tests: readonly string[] = [],
  by?: string,
  contradicted = false,
): VsrDecision {
  const kind = KIND[reasons[0] ?? "InProgress"];
  return { kind, reasons, tests, ...(by === undefined ? {} : { by }), contradicted };
}

/** Why a release that is not complete was not admitted; what ended it stands in `ending`, or last in the journal. */
function withoutAdmission({ status }: Release): readonly [VsrReason, string | undefined] {
  const { phase = "Pending", ending, journal, hold, startedAt } = status ?? {};
  const last = journal?.entries.at(-1);
  const cause = ending?.reason ?? last?.reason;
  const by = ending?.by ?? last?.by;
  const outcome = phase === "Reverting" || phase === "RevertFailed" ? (ending?.outcome ?? "Reverted") : phase;
  switch (outcome) {
    case "Cancelled":
      return ["Cancelled", by];
    case "Superseded":
      return ["Superseded", undefined];
    case "Reverted":
    case "Failed":
      if (startedAt === undefined) return ["NotStarted", undefined];
      if (cause === "Inconclusive" || cause === "WaitDeadline") return ["Undecided", undefined];
      return cause === "Aborted" || cause === "RevertAsked" ? ["TakenBack", by] : ["NotDelivered", undefined];
    default:
      return hold === undefined ? ["InProgress", undefined] : ["Held", undefined];
  }
}

interface Counted {
  readonly id: string;
  readonly test: VsrTest;
}

/** Tests of the candidate whose results stand: those of the last attempt of each step. */
export const countedTests = (sections: readonly VsrSection[]): readonly Counted[] =>
  sections
    .filter(({ kind, superseded }) => kind === "step" && !superseded)
    .flatMap((section) => section.tests.map((test) => ({ id: `${section.step}/${test.name}`, test })));

/** A failure counts at whatever attempt it was. */
const failedTests = (sections: readonly VsrSection[]): readonly string[] => [
  ...new Set(
    sections
      .filter(({ kind }) => kind === "step")
      .flatMap(({ step, tests }) =>
        tests.filter(({ effect }) => effect === "rejects").map(({ name }) => `${step}/${name}`),
      ),
  ),
];
