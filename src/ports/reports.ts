import type { VsrReport, VsrSection } from "../core/record/vsr/report.ts";

/** Languages in which documents are printed. */
export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

export const VSR_FORMATS = ["markdown", "json", "html"] as const;
export type VsrFormat = (typeof VSR_FORMATS)[number];

/** Port to what makes documents of records. Pure: the same record gives the same text. */
export interface Reports {
  /** Ends with a line break. */
  renderVsr(report: VsrReport, format: VsrFormat, language: Language): string;
  /** JUnit XML of a Verification, for CI. */
  renderJunit(section: VsrSection, options: JunitOptions): string;
}

export interface JunitOptions {
  readonly namespace: string;
  /** Reservations are failures too. */
  readonly strict: boolean;
}
