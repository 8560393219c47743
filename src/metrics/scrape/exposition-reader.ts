import { err, ok, type Result } from "../../base/result.ts";
import type { SourceProblem } from "../prometheus-answer.ts";
import { readSeries, readValue, type SampleLine, seriesText } from "./sample-line.ts";

/** What a reader of one endpoint's answers knows between two of them: the series that it has met. */
export interface SeriesIndex<T> {
  /** The series as `keep` returned it, by its text; null for one that is not wanted. */
  readonly byText: Map<string, T | null>;
}

export interface Wanted<T> {
  /** Whether series of a name can be wanted at all; others are hardly looked at. */
  readonly name: (name: string) => boolean;
  /** The series, or null for one that is not wanted. */
  readonly series: (found: SampleLine) => T | null;
}

const LONGEST_LINE = 64 * 1024;
/** Series that are wanted; and those whose text is known, wanted or not. */
const MOST_WANTED = 10_000;
const MOST_KNOWN = 100_000;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?=[{ \t])/;

const fault = (reason: string, message: string): SourceProblem => ({ reason, message });
/** A copy of its own: a piece of a chunk would keep the whole chunk in memory. */
const copyOf = (text: string): string => Buffer.from(text).toString();

/**
 * Reads an exposition piece by piece, and keeps only what is wanted. Never throws; the first line that is none ends it.
 * A series' labels are read once: the same series has the same text in every answer.
 */
export class ExpositionReader<T> {
  readonly values = new Map<T, number>();
  readonly #index: SeriesIndex<T>;
  readonly #wanted: Wanted<T>;
  #rest = "";
  #lines = 0;
  #ended = false;
  #fault: SourceProblem | undefined;

  constructor(index: SeriesIndex<T>, wanted: Wanted<T>) {
    this.#index = index;
    this.#wanted = wanted;
  }

  /** Takes the next piece in; false once there is no use in more. */
  push(piece: string): boolean {
    const text = this.#rest + piece;
    let start = 0;
    while (this.#fault === undefined) {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      this.#line(text.slice(start, end));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > LONGEST_LINE)
      this.#fault ??= fault("NotMetrics", `line ${this.#lines + 1} is longer than ${LONGEST_LINE}`);
    return this.#fault === undefined;
  }

  /** The values of the wanted series, after the last piece. */
  end(format: { readonly isOpenMetrics: boolean }): Result<ReadonlyMap<T, number>, SourceProblem> {
    if (this.#rest !== "") this.push("\n");
    if (this.#fault !== undefined) return err(this.#fault);
    if (format.isOpenMetrics && !this.#ended)
      return err(fault("Incomplete", "the metrics end without # EOF"));
    return ok(this.values);
  }

  #line(raw: string): void {
    this.#lines += 1;
    const line = raw.trim();
    if (line === "") return;
    if (line.startsWith("#")) {
      if (/^#[ \t]EOF$/.test(line)) this.#ended = true;
      return;
    }
    const name = NAME.exec(line)?.[0];
    if (name !== undefined && !this.#wanted.name(name)) return;
    if (!this.#sample(line))
      this.#fault ??= fault("NotMetrics", `line ${this.#lines} is no sample of the Prometheus text format`);
  }

  /** Notes the value of a line; false for a line that is no sample. */
  #sample(line: string): boolean {
    const text = seriesText(line);
    if (text === undefined) return false;
    const met = this.#index.byText.get(text);
    const series = met === undefined ? this.#meet(text) : met;
    if (series === undefined) return false;
    if (series === null || this.values.has(series)) return true;
    const value = readValue(line.slice(text.length));
    if (value === undefined) return false;
    if (this.values.size >= MOST_WANTED)
      this.#fault = fault(
        "TooManySeries",
        `the selectors match more than ${MOST_WANTED} series; narrow them`,
      );
    else this.values.set(series, value);
    return true;
  }

  /** A series that was not met before; undefined for what is none. */
  #meet(text: string): T | null | undefined {
    const found = readSeries(text);
    if (found === undefined) return undefined;
    const series = this.#wanted.series(found);
    const { byText } = this.#index;
    // Texts of series that are gone are forgotten with all others; those that still come are read anew.
    if (byText.size >= MOST_KNOWN) byText.clear();
    byText.set(copyOf(text), series);
    return series;
  }
}
