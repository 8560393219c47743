import type { Release } from "../../../api/release.ts";
import { VERDICTS, type Verdict, type Verification } from "../../../api/verification.ts";
import { type Instant, renderInstant } from "../../../base/instant.ts";
import { digestOf } from "../../../base/json.ts";
import { phaseOf } from "../../plan/phases.ts";
import type { JournalReport } from "../verify.ts";
import { decisionOf } from "./decision.ts";
import { identityOf } from "./identity.ts";
import { VSR_FORMAT, type VsrEvent, type VsrOutcome, type VsrReport, type VsrSection } from "./report.ts";
import { reservationsOf } from "./reservations.ts";
import { safeLine, safeMember } from "./safe-text.ts";
import { sectionsOf } from "./sections.ts";

/** Entries of the journal that the report shows; `bascule journal` has them all. */
export const MOST_EVENTS = 200;
/** A journal of which a page was changed has many problems of the same kind. */
const MOST_PROBLEMS = 20;

export interface VsrInput {
  readonly release: Release;
  /** Those that are there now; of what was deleted the report says that it is missing. */
  readonly verifications: readonly Verification[];
  /** The journal as `verifyJournal` found it. */
  readonly journal: JournalReport;
  readonly now: Instant;
  /** Program and version that makes the report. */
  readonly by: string;
}

/** Puts the record of a release's verification together. Total: what is not there is told as not there. */
export function readVsrReport({ release, verifications, journal, now, by }: VsrInput): VsrReport {
  const sections = sectionsOf(release, verifications);
  const reservations = reservationsOf(release, sections);
  const journalWhole = journal.problems.length === 0;
  const { head = "", count = 0 } = release.status?.journal ?? {};
  const content = {
    format: VSR_FORMAT,
    release: identityOf(release),
    decision: decisionOf({ release, sections, reservations, journalWhole }),
    outcome: outcomeOf(release),
    counts: countsOf(sections),
    sections,
    reservations,
    moreReservations: release.status?.moreReservations ?? 0,
    course: courseOf(journal),
  } as const;
  const seal = {
    ...{ journalHead: head, journalCount: count, journalWhole },
    problems: journal.problems.slice(0, MOST_PROBLEMS).map(safeLine),
    problemCount: journal.problems.length,
    segments: journal.segments,
    validators: validatorsOf(sections),
  };
  return {
    ...content,
    seal: { ...seal, digest: digestOf({ ...content, seal }) },
    generated: { at: renderInstant(now), by },
  };
}

function outcomeOf(release: Release): VsrOutcome {
  const { hold, message } = release.status ?? {};
  return {
    phase: phaseOf(release),
    ...safeMember("message", message),
    ...(hold === undefined
      ? {}
      : { hold: { id: safeLine(hold.id), message: safeLine(hold.message), since: hold.since } }),
  };
}

function countsOf(sections: readonly VsrSection[]): Readonly<Record<Verdict, number>> {
  const tests = sections.flatMap((section) => section.tests);
  const count = (verdict: Verdict) => tests.filter((test) => test.verdict === verdict).length;
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])) as Record<Verdict, number>;
}

const courseOf = ({ entries }: JournalReport): readonly VsrEvent[] =>
  entries.slice(-MOST_EVENTS).map(({ at, to, reason, message, by }) => ({
    ...{ at, to: safeLine(to), reason: safeLine(reason) },
    ...safeMember("message", message),
    ...safeMember("by", by),
  }));

const validatorsOf = (sections: readonly VsrSection[]): readonly string[] =>
  [...new Set(sections.flatMap(({ tests }) => tests.flatMap(({ validator }) => validator ?? [])))].sort();
