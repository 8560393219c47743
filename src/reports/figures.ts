/** Figures and times as people of a language write them. Without Intl, so that a document is the same on every machine. */

export interface FigureStyle {
  readonly decimalComma: boolean;
  readonly date: (year: string, month: string, day: string) => string;
}

const DIGITS = 6;

/** At most six significant digits, without trailing zeros. */
export function renderNumber(value: number, { decimalComma }: FigureStyle): string {
  if (!Number.isFinite(value)) return String(value);
  const text = String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
  return decimalComma ? text.replace(".", ",") : text;
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|\+00:00)$/;

/** Day and time in UTC, to the second; a text that is no such time stays as it is. */
export function renderTime(text: string, { date }: FigureStyle): string {
  const [, year = "", month = "", day = "", clock = ""] = TIME.exec(text) ?? [];
  return clock === "" ? text : `${date(year, month, day)} ${clock}`;
}

/** From one time to another; the day of the second only where it differs. */
export function renderWindow(from: string, until: string, style: FigureStyle, to: string): string {
  const [start, end] = [renderTime(from, style), renderTime(until, style)];
  const day = start.slice(0, start.indexOf(" ") + 1);
  return `${start} ${to} ${day !== "" && end.startsWith(day) ? end.slice(day.length) : end}`;
}
