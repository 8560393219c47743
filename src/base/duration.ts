/** A span of time in milliseconds. Never a bare number in an exported signature. */
export type Duration = number & { readonly __brand: "Duration" };

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a duration looks like in the API: one or more numbers with unit, such as `90s`, `1h30m` or `250ms`. */
export const DURATION_PATTERN = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$";
const WHOLE = new RegExp(DURATION_PATTERN);
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g;

export const milliseconds = (n: number): Duration => n as Duration;
export const seconds = (n: number): Duration => (n * 1_000) as Duration;
export const minutes = (n: number): Duration => (n * 60_000) as Duration;
export const hours = (n: number): Duration => (n * 3_600_000) as Duration;

/** Reads `1h30m`. @throws RangeError for text that is no duration (the API schema refuses it before). */
export function readDuration(text: string): Duration {
  if (!WHOLE.test(text))
    throw new RangeError(`"${text}" is no duration; write for instance 90s, 5m or 1h30m`);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  return Math.round(total) as Duration;
}

/** Writes a duration the way people do: `1h30m`, `45s`, `250ms`, `0s`. */
export function renderDuration(duration: Duration): string {
  if (duration < 1_000) return duration === 0 ? "0s" : `${Math.round(duration)}ms`;
  let rest = Math.round(duration / 1_000);
  let text = "";
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text;
}
