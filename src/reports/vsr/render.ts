import { never } from "../../base/never.ts";
import type { VsrReport } from "../../core/record/vsr/report.ts";
import type { Language, VsrFormat } from "../../ports/reports.ts";
import { renderHtml } from "../html.ts";
import { renderMarkdown } from "../markdown.ts";
import { describeReport } from "./describe.ts";
import { VSR_TEXTS } from "./languages.ts";

/** The report as text, with a line break at its end. */
export function renderVsr(report: VsrReport, format: VsrFormat, language: Language): string {
  switch (format) {
    case "markdown":
      return renderMarkdown(describeReport(report, language));
    case "html":
      return renderHtml(describeReport(report, language));
    case "json":
      return renderJson(report, language);
    default:
      throw never(format, "format");
  }
}

/** The data are the same in every language; what people read of them first is told in theirs. */
function renderJson(report: VsrReport, language: Language): string {
  const { title, decisions, reasons } = VSR_TEXTS[language];
  const { kind, reasons: found } = report.decision;
  const told = { title, decision: decisions[kind], reasons: found.map((reason) => reasons[reason]) };
  return `${JSON.stringify({ language, ...told, report }, undefined, 2)}\n`;
}
