import { err, ok, type Result } from "../../base/result.ts";
import { addressProblem } from "./placed-address.ts";
import { escapeIn, isToken, type Quoting, scanQuoting } from "./promql-text.ts";

/**
 * What the text around a placeholder is. It decides how a value is written there, so that no value can
 * end the string, the line or the matcher that it stands in.
 */
export type Language = "text" | "line" | "url" | "regex" | "promql" | "jsonPath";

/** What stands for a placeholder: a value, nothing yet (it is filled in later), or a reason why it can't. */
export type Filling =
  | { readonly kind: "value"; readonly value: string; readonly literal: boolean }
  | { readonly kind: "later" }
  | { readonly kind: "unknown"; readonly remedy: string };

// The blanks around a name are cut off afterwards: to match them beside it takes cubic time.
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
const REGEX_SPECIAL = /[\\^$.*+?()[\]{}|]/g;

/** Writes a literal so that a regular expression matches it and nothing else. */
export const quoteRegex = (text: string): string => text.replace(REGEX_SPECIAL, "\\$&");

/** Names of the placeholders in a text, in order of appearance. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name.trim());

/**
 * Fills the placeholders of one text in one pass: what a value holds is never looked at again.
 * The error is one sentence without the field's name, which the caller puts before it.
 */
export function fillText(
  text: string,
  language: Language,
  fillingOf: (name: string) => Filling,
): Result<string, string> {
  const quoting = language === "promql" || language === "jsonPath" ? scanQuoting(text) : undefined;
  let filled = "";
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const [whole, inner = ""] = match;
    const name = inner.trim();
    const place = quoting?.(match.index);
    const filling = fillingOf(name);
    filled += text.slice(end, match.index);
    end = match.index + whole.length;
    if (filling.kind === "unknown") return err(`{{${name}}} is not known here; ${filling.remedy}`);
    if (filling.kind === "later") {
      const wrong = language === "promql" ? wrongPlaceForLater(name, place) : undefined;
      if (wrong !== undefined) return err(wrong);
      filled += whole;
      continue;
    }
    const written =
      language === "jsonPath" && whole !== text
        ? writeInPath(name, filling.value, place)
        : writeValue(name, filling, language, place);
    if (!written.ok) return written;
    const misplaced =
      language === "url"
        ? addressProblem(filling.value, text.slice(0, match.index), text.slice(end))
        : undefined;
    if (misplaced !== undefined) return err(`the value of {{${name}}} ${misplaced}`);
    filled += written.value;
  }
  return ok(filled + text.slice(end));
}

/** Outside of quotes a target's name could not be escaped: plan names hold dashes. `{{window}}` is the opposite. */
function wrongPlaceForLater(name: string, place: Quoting | undefined): string | undefined {
  if (place === undefined) return undefined;
  if (name === "window")
    return place.quote === "" ? undefined : "{{window}} is a duration; take it out of the quotes";
  if (place.quote === "" || place.quote === "`")
    return `{{${name}}} must stand inside "double quotes" of a label matcher`;
  return undefined;
}

function writeValue(
  name: string,
  { value, literal }: { readonly value: string; readonly literal: boolean },
  language: Language,
  place: Quoting | undefined,
): Result<string, string> {
  if ((language === "line" || language === "url") && CONTROL.test(value))
    return err(`the value of {{${name}}} holds a control character; give one line of text`);
  if (language === "regex" && literal) return ok(quoteRegex(value));
  if (place === undefined || language === "jsonPath") return ok(value);
  if (place.quote === "") {
    if (isToken(value)) return ok(value);
    return err(
      `the value of {{${name}}} stands outside of quotes and must be a metric name, label name, number or duration there`,
    );
  }
  const written = escapeIn(place.quote, place.regex && literal ? quoteRegex(value) : value);
  return written === undefined
    ? err(`the value of {{${name}}} holds a backtick inside backticks; use double quotes in the template`)
    : ok(written);
}

/** In a JSON path a value is one name or one index, whatever it holds. */
function writeInPath(name: string, value: string, place: Quoting | undefined): Result<string, string> {
  const quote = place?.quote ?? "";
  const written = quote === "" ? (PATH_STEP.test(value) ? value : undefined) : escapeIn(quote, value);
  return written === undefined
    ? err(
        `the value of {{${name}}} must be one name or number there; write ['{{${name}}}'] for a name with other characters`,
      )
    : ok(written);
}

const PATH_STEP = /^([\p{L}_][\p{L}\p{N}_]*|-?[0-9]+)$/u;
