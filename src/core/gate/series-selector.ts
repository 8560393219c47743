/**
 * Plain PromQL selectors, `name{label="value",…}`, read and matched without Prometheus: for series that are scraped
 * directly. What is a plain selector is said by `isPlainSelector`; a text that is none can't be read.
 */
import { never } from "../../base/never.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isPlainSelector } from "./promql-text.ts";

export interface LabelMatcher {
  readonly label: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  /** The value, or an anchored regular expression of JavaScript's. */
  readonly value: string;
}

export type SeriesSelector = readonly LabelMatcher[];

/** Label that holds the metric's name. */
export const NAME = "__name__";

const STRING = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/.source;
const MATCHER = new RegExp(`([a-zA-Z_][a-zA-Z0-9_]*)\\s*(=~|!~|!=|=)\\s*(?:${STRING})`, "y");

/** Reads a plain selector. The error is one sentence. */
export function parseSelector(text: string): Result<SeriesSelector, string> {
  if (!isPlainSelector(text)) return err(`${text} is no plain series selector`);
  const brace = text.indexOf("{");
  const name = (brace < 0 ? text : text.slice(0, brace)).trim();
  const matchers: LabelMatcher[] = name === "" ? [] : [{ label: NAME, op: "=", value: name }];
  let at = brace + 1;
  while (brace >= 0 && at < text.length) {
    MATCHER.lastIndex = at;
    const found = MATCHER.exec(text);
    if (found === null) at += 1;
    else {
      const [whole, label = "", op, double, single, raw] = found;
      at += whole.length;
      const value = raw ?? unescapeGo(double ?? single ?? "");
      const matcher = { label, op: op as LabelMatcher["op"], value };
      const read = op === "=~" || op === "!~" ? withRegex(matcher) : ok(matcher);
      if (!read.ok) return read;
      matchers.push(read.value);
    }
  }
  return ok(matchers);
}

/** Prometheus' expressions are RE2's, anchored, and a dot matches a line's end too. */
function withRegex(matcher: LabelMatcher): Result<LabelMatcher, string> {
  const [, flags = "", body = ""] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(matcher.value) ?? [];
  const pattern = `^(?${[...new Set(`s${flags}`)].join("")}:${body.replaceAll("(?P<", "(?<")})$`;
  try {
    new RegExp(pattern);
  } catch {
    return err(`${matcher.label}${matcher.op}"${matcher.value}" is no regular expression`);
  }
  return ok({ ...matcher, value: pattern });
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: "\u0007", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
  ...{ "\\": "\\", '"': '"', "'": "'" },
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g;

/** Go's escapes, as PromQL has them; an escape that Go does not know stays as it is. */
const unescapeGo = (text: string): string =>
  text.replace(ESCAPE, (whole, hex, short, long, octal, char: string | undefined) => {
    if (char !== undefined) return ESCAPES[char] ?? whole;
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long, 16) : Number.parseInt(octal, 8);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** The only name that a selector can match; undefined when it may match several. */
export const nameOf = (selector: SeriesSelector): string | undefined =>
  selector.find(({ label, op }) => label === NAME && op === "=")?.value;

/** Whether an expression matches a text, in bounded time; what takes too long throws. */
export type RegexTest = (pattern: string, text: string) => boolean;

/** Labels whose values are numbers: `1` and `1.0` are the same bucket, which exporters and Prometheus write differently. */
const NUMERIC: ReadonlySet<string> = new Set(["le", "quantile"]);

/** Whether a series, its name among its labels, matches. A label that is not there is empty. */
export function matches(
  selector: SeriesSelector,
  labels: ReadonlyMap<string, string>,
  test: RegexTest,
): boolean {
  return selector.every((matcher) => matchesOne(matcher, labels.get(matcher.label) ?? "", test));
}

function matchesOne({ label, op, value }: LabelMatcher, present: string, test: RegexTest): boolean {
  switch (op) {
    case "=":
      return isSame(label, present, value);
    case "!=":
      return !isSame(label, present, value);
    case "=~":
      return test(value, present);
    case "!~":
      return !test(value, present);
    default:
      throw never(op, "matcher");
  }
}

const isSame = (label: string, present: string, value: string): boolean =>
  present === value ||
  (NUMERIC.has(label) && present !== "" && value !== "" && Number(present) === Number(value));
