import type { VsrReport, VsrReservation } from "../../core/record/vsr/report.ts";
import type { Block, Cell } from "../blocks.ts";
import { renderTime } from "../figures.ts";
import type { VsrTexts } from "./texts.ts";

/** What is to be followed up, numbered. */
export function describeReservations(report: VsrReport, texts: VsrTexts): readonly Block[] {
  const { reservations, moreReservations } = report;
  const { none, more, columns } = texts.reservations;
  if (reservations.length === 0) return [{ kind: "paragraph", text: none }];
  const rows = reservations.map((reservation, index) => ({
    cells: [
      { text: `R${index + 1}` },
      { text: reservation.test ?? "–", code: reservation.test !== undefined },
      { text: sentenceOf(reservation, texts) },
    ],
  }));
  return [
    { kind: "table", caption: texts.headings.reservations, columns, rows },
    ...(moreReservations > 0 ? [{ kind: "paragraph", text: more(moreReservations) } as const] : []),
  ];
}

function sentenceOf(reservation: VsrReservation, texts: VsrTexts): string {
  if (reservation.recorded) return reservation.text;
  const { severity, advisory, verdict, message, absent } = reservation;
  const policy = advisory ? texts.advisory : texts.severities[severity];
  const why = absent === undefined ? message : texts.absent[absent];
  return `${texts.verdicts[verdict]} (${policy})${texts.colon} ${why} (${texts.reservations.notRecorded})`;
}

/** Transitions, and who asked for them. */
export function describeCourse({ course, seal }: VsrReport, texts: VsrTexts): readonly Block[] {
  const { caption, columns, earlier, none } = texts.course;
  if (course.length === 0) return [{ kind: "paragraph", text: none }];
  const rows = course.map(({ at, to, reason, by, message }) => ({
    cells: [
      { text: renderTime(at, texts) },
      { text: to, code: true },
      { text: reason, code: true },
      { text: by ?? "–" },
      { text: message ?? "–" },
    ],
  }));
  const left = seal.journalCount - course.length;
  return [
    ...(left > 0 ? [{ kind: "paragraph", text: earlier(left) } as const] : []),
    { kind: "table", caption, columns, rows },
  ];
}

/** What the record can be checked by. */
export function describeSeal({ seal, generated }: VsrReport, texts: VsrTexts): readonly Block[] {
  const labels = texts.seal;
  const { journalWhole, problemCount, journalCount, journalHead, segments, validators, problems, digest } =
    seal;
  const journal: Cell = !journalWhole
    ? { text: labels.broken(problemCount), tone: "bad" }
    : journalCount === 0
      ? { text: labels.empty }
      : { text: labels.whole(journalCount), tone: "good" };
  const facts: readonly (readonly [string, Cell])[] = [
    [labels.journal, journal],
    [labels.head, { text: journalHead, code: true }],
    [labels.segments, { text: segments.join(", "), code: true }],
    [labels.validators, { text: validators.length === 0 ? labels.nobody : validators.join(", ") }],
    [labels.digest, { text: digest, code: true }],
    [labels.generated, { text: `${renderTime(generated.at, texts)} UTC, ${generated.by}` }],
  ];
  return [
    { kind: "facts", facts: facts.filter(([, { text }]) => text !== "") },
    ...(problems.length === 0 ? [] : [{ kind: "list", items: problems } as const]),
    { kind: "paragraph", text: labels.asRecorded },
  ];
}
