import { VSR_DECISIONS, type VsrDecisionKind, type VsrReport } from "../../core/record/vsr/report.ts";
import type { Language } from "../../ports/reports.ts";
import type { Block, Document, Tone } from "../blocks.ts";
import { describeIdentity } from "./describe-identity.ts";
import { describeCourse, describeReservations, describeSeal } from "./describe-record.ts";
import { describeSection } from "./describe-section.ts";
import { VSR_TEXTS } from "./languages.ts";
import type { VsrTexts } from "./texts.ts";

const TONES: Readonly<Record<VsrDecisionKind, Tone>> = {
  admission: "good",
  reservations: "warn",
  postponed: "warn",
  rejected: "bad",
};

/** The report in a language. */
export function describeReport(report: VsrReport, language: Language): Document {
  const texts = VSR_TEXTS[language];
  const { headings } = texts;
  const { name, version } = report.release;
  return {
    language,
    colon: texts.colon,
    title: texts.title,
    subtitle: texts.subject(name, version),
    blocks: [
      ...describeDecision(report, texts),
      { kind: "heading", level: 2, text: headings.identity },
      describeIdentity(report, texts),
      { kind: "heading", level: 2, text: headings.summary },
      describeOutcome(report, texts),
      { kind: "heading", level: 2, text: headings.reservations },
      ...describeReservations(report, texts),
      { kind: "heading", level: 2, text: headings.tests },
      ...report.sections.flatMap((section) => describeSection(section, texts)),
      { kind: "heading", level: 2, text: headings.course },
      ...describeCourse(report, texts),
      { kind: "heading", level: 2, text: headings.seal },
      ...describeSeal(report, texts),
      { kind: "heading", level: 2, text: headings.signatures },
      describeSignatures(texts),
    ],
  };
}

function describeDecision({ decision }: VsrReport, texts: VsrTexts): readonly Block[] {
  const { kind, reasons, tests, by, contradicted } = decision;
  const lines = [
    ...reasons.map((reason) => texts.reasons[reason]),
    ...(contradicted ? [texts.contradicted] : []),
    ...(tests.length === 0 ? [] : [`${texts.decisiveTests}${texts.colon} ${tests.join(", ")}`]),
    ...(by === undefined ? [] : [`${texts.decidedBy}${texts.colon} ${by}`]),
  ];
  return [
    { kind: "stamp", label: texts.decision, text: texts.decisions[kind], tone: TONES[kind] },
    { kind: "list", items: lines },
  ];
}

/** Decisions that there are, for forms that list them. */
const allDecisions = (texts: VsrTexts): string =>
  VSR_DECISIONS.map((kind) => `☐ ${texts.decisions[kind]}`).join("  ");

function describeOutcome({ outcome, counts }: VsrReport, texts: VsrTexts): Block {
  const { phase, message, hold } = outcome;
  const counted = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${texts.verdicts[verdict as keyof typeof counts]}${texts.colon} ${count}`);
  return {
    kind: "facts",
    facts: [
      [texts.outcome.phase, { text: `${texts.phases[phase]} (${phase})` }],
      ...(message === undefined ? [] : [[texts.outcome.message, { text: message }] as const]),
      ...(hold === undefined
        ? []
        : [[texts.outcome.hold, { text: `${hold.id}${texts.colon} ${hold.message}` }] as const]),
      [texts.outcome.tests, { text: counted.length === 0 ? texts.outcome.noTests : counted.join(", ") }],
    ],
  };
}

function describeSignatures(texts: VsrTexts): Block {
  const { caption, columns, roles } = texts.signatures;
  const rows = roles.map((role) => ({
    cells: [role, "", allDecisions(texts), "", ""].map((text) => ({ text })),
  }));
  return { kind: "table", caption, columns, rows, form: true };
}
