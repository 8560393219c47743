import { type Instant, instant } from "../../base/instant.ts";

/** The time of a line, to the nanosecond: many are logged in a millisecond. */
export interface LogTime {
  readonly second: Instant;
  readonly nanos: number;
}

export interface LogLine {
  readonly at: LogTime;
  readonly text: string;
}

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?(.*)$/;
/** No pattern sees more of a line. */
const LONGEST_LINE = 8_192;

export const startOf = (from: Instant): LogTime => ({
  second: instant(Math.floor(from / 1_000) * 1_000),
  nanos: Math.floor(from % 1_000) * 1_000_000,
});

export const isAfter = (a: LogTime, b: LogTime): boolean =>
  a.second > b.second || (a.second === b.second && a.nanos > b.nanos);

/** Reads lines that begin with their time; others belong to the line before, or are no log's. */
export function readLines(text: string): readonly LogLine[] {
  return text.split("\n").flatMap((line) => {
    const [, seconds, fraction = "", zone, rest = ""] = LINE.exec(line) ?? [];
    const second = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
    if (Number.isNaN(second)) return [];
    const at = { second: instant(second), nanos: Number(fraction.padEnd(9, "0")) };
    return [{ at, text: rest.slice(0, LONGEST_LINE) }];
  });
}
