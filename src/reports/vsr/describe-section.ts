import type { Verdict } from "../../api/verification.ts";
import type { VsrSection, VsrTest } from "../../core/record/vsr/report.ts";
import type { Block, Cell, Detail, TableRow, Tone } from "../blocks.ts";
import { renderNumber, renderTime, renderWindow } from "../figures.ts";
import type { VsrTexts } from "./texts.ts";

/** A step of the release: what it verified, and each test with its result. */
export function describeSection(section: VsrSection, texts: VsrTexts): readonly Block[] {
  const { kind, state, superseded, verification, tests } = section;
  const notes = [
    ...(state === "run" ? [] : [texts.section.states[state]]),
    ...(superseded ? [texts.section.superseded] : []),
    ...(kind === "step" ? [] : [texts.section.otherSide]),
  ];
  return [
    { kind: "heading", level: 3, text: texts.section.title(section) },
    ...(verification === undefined ? [] : [describeExecution(section, texts)]),
    ...notes.map((text): Block => ({ kind: "paragraph", text })),
    ...(tests.length === 0
      ? []
      : [
          {
            kind: "table",
            caption: texts.section.caption(section),
            columns: columnsOf(texts),
            rows: tests.map((test) => rowOf(test, texts)),
          } as const,
        ]),
  ];
}

function describeExecution({ verification, moment }: VsrSection, texts: VsrTexts): Block {
  const labels = texts.section;
  const { name = "", phase, service = "", version, image, packageDigest } = verification ?? {};
  const tested = [version, image, packageDigest].filter((part) => part !== undefined).join(", ");
  const when =
    moment === undefined ? "" : ((texts.moments as Readonly<Record<string, string>>)[moment] ?? moment);
  const facts: readonly (readonly [string, Cell])[] = [
    [labels.verification, { text: phase === undefined ? name : `${name} (${phase})`, code: true }],
    [labels.service, { text: service, code: true }],
    [labels.tested, { text: tested, code: true }],
    [labels.moment, { text: when }],
  ];
  return { kind: "facts", facts: facts.filter(([, { text }]) => text !== "") };
}

const columnsOf = ({ columns: c }: VsrTexts): readonly string[] => [
  ...[c.test, c.result, c.severity, c.value, c.limit],
  ...[c.sample, c.window, c.time, c.validator],
];

const TONES: Readonly<Record<Verdict, Tone>> = {
  pending: "warn",
  passed: "good",
  failed: "bad",
  inconclusive: "warn",
  error: "bad",
  notRun: "warn",
  notApplicable: "none",
};

const NOTHING = "–";

function rowOf(test: VsrTest, texts: VsrTexts): TableRow {
  const { value, threshold, sampleSize, windowStart, windowEnd, startedAt, finishedAt } = test;
  const severity = texts.severities[test.severity];
  const text = (value: string | undefined): Cell => ({ text: value ?? NOTHING });
  return {
    cells: [
      { text: test.name, code: true },
      { text: texts.verdicts[test.verdict], tone: TONES[test.verdict] },
      text(test.advisory ? `${severity}, ${texts.advisory}` : severity),
      text(value === undefined ? undefined : renderNumber(value, texts)),
      text(threshold),
      text(sampleSize === undefined ? undefined : String(sampleSize)),
      text(spanOf(windowStart, windowEnd, texts)),
      text(spanOf(startedAt, finishedAt, texts)),
      text(test.validator),
    ],
    details: detailsOf(test, texts),
  };
}

/** What began and did not end shows its beginning alone. */
function spanOf(from: string | undefined, until: string | undefined, texts: VsrTexts): string | undefined {
  const one = from ?? until;
  if (one === undefined) return undefined;
  if (from === undefined || until === undefined || from === until) return renderTime(one, texts);
  return renderWindow(from, until, texts, texts.to);
}

function detailsOf(test: VsrTest, texts: VsrTexts): readonly Detail[] {
  const { details: labels } = texts;
  const { kind, reason, confidence, looks, evidence, absent } = test;
  const message = absent === undefined ? test.message : texts.absent[absent];
  return [
    { label: labels.reason, text: `${kind}, ${reason}${message === "" ? "" : `${texts.colon} ${message}`}` },
    ...(confidence === undefined ? [] : [{ label: labels.confidence, text: confidence }]),
    ...(looks === undefined ? [] : [{ label: labels.looks, text: String(looks) }]),
    ...(evidence === undefined ? [] : [{ label: labels.evidence, text: evidence, verbatim: true }]),
  ];
}
