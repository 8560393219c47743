/**
 * One line of the Prometheus text format (0.0.4) or of OpenMetrics. Both write a sample as
 * `name{label="value",…} value [timestamp] [# exemplar]`; a name that is no plain one stands quoted inside the braces.
 */

export interface SampleLine {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

const NAME_END = /[{\s]/;
const VALUE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
/** Milliseconds, or in OpenMetrics seconds with decimals. */
const TIMESTAMP = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const LABEL = /\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]|\\.)*)")\s*/y;
const EQUALS = /=\s*"((?:[^"\\]|\\.)*)"\s*/y;
const MOST_LABELS = 128;
const PLAIN_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** The part of a line that names the series; undefined for a line that names none as it should. */
export function seriesText(line: string): string | undefined {
  const start = line.search(NAME_END);
  if (start < 0) return undefined;
  const brace = line[start] === "{" ? start : afterSpaces(line, start);
  if (line[brace] !== "{") return line.slice(0, start);
  const end = closingBrace(line, brace + 1);
  return end < 0 ? undefined : line.slice(0, end + 1);
}

function afterSpaces(line: string, from: number): number {
  let at = from;
  while (line[at] === " " || line[at] === "\t") at += 1;
  return at;
}

/** The brace that closes the labels: the first one outside of quotes. */
function closingBrace(line: string, from: number): number {
  let at = from;
  for (;;) {
    const brace = line.indexOf("}", at);
    const quote = line.indexOf('"', at);
    if (brace < 0 || quote < 0 || brace < quote) return brace;
    const end = closingQuote(line, quote + 1);
    if (end < 0) return -1;
    at = end + 1;
  }
}

function closingQuote(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === '"') return at;
  }
  return -1;
}

/** Name and labels from what `seriesText` cut out; undefined for what is no series. */
export function readSeries(text: string): SampleLine | undefined {
  const brace = text.indexOf("{");
  let name = (brace < 0 ? text : text.slice(0, brace)).trim();
  if (name !== "" && !PLAIN_NAME.test(name)) return undefined;
  const labels = new Map<string, string>();
  let at = brace + 1;
  const end = text.length - 1;
  while (brace >= 0 && text.slice(at, end).trim() !== "") {
    LABEL.lastIndex = at;
    const label = LABEL.exec(text);
    if (label === null) return undefined;
    const key = label[1] ?? unescapeText(label[2] ?? "");
    EQUALS.lastIndex = LABEL.lastIndex;
    const value = EQUALS.exec(text);
    at = value === null ? LABEL.lastIndex : EQUALS.lastIndex;
    if (value !== null) {
      if (labels.has(key) || labels.size >= MOST_LABELS) return undefined;
      labels.set(key, unescapeText(value[1] ?? ""));
    } else if (label[2] !== undefined && name === "") name = key;
    else return undefined;
    if (text[at] === ",") at += 1;
    else if (at < end) return undefined;
  }
  return name === "" ? undefined : { name, labels };
}

/** The three escapes of the formats; any other backslash is one. */
const unescapeText = (text: string): string =>
  text.includes("\\") ? text.replace(/\\([\\"n])/g, (_, char: string) => (char === "n" ? "\n" : char)) : text;

/** The value from what follows the series on its line; undefined for what is none. */
export function readValue(rest: string): number | undefined {
  const exemplar = rest.indexOf("#");
  const [value = "", timestamp, ...more] = (exemplar < 0 ? rest : rest.slice(0, exemplar))
    .trim()
    .split(/[ \t]+/);
  if (!VALUE.test(value) || more.length > 0) return undefined;
  if (timestamp !== undefined && !TIMESTAMP.test(timestamp)) return undefined;
  const infinite = /^([+-]?)inf/i.exec(value);
  if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(value);
}
