import { err, ok, type Result } from "../../base/result.ts";
import { type Filling, fillText, type Language } from "./placeholders.ts";

/** A field that can't be filled, by its path inside the check, with one sentence. */
export interface FillProblem {
  readonly path: string;
  readonly message: string;
}

const PROMQL =
  /^prometheus\.(share\.(bad|good|total)|split\.(candidate|live)|query\.expr)$|^supervision\.(series\.\d+|targets|alerts)$|^compare\.metrics\.\d+\.(candidate|live)\.(total|bad|good)$/;
const REGEX =
  /^(http|journey\.steps\.\d+)\.expect\.(body$|headers\.|json\.\d+\.matches$)|^tcp\.expect$|^headers\.(require|forbid)\.|^logs\.(expect|forbid)\./;
const URL_TEXT =
  /^(http|load|webhook|headers|journey\.steps\.\d+)\.url$|^(prometheus|(compare|supervision)\.prometheus)\.address$/;
const JSON_PATH =
  /^(http|journey\.steps\.\d+)\.expect\.json\.\d+\.path$|^journey\.steps\.\d+\.capture\.\d+\.json$/;
const LINE =
  /^(http|load|webhook|journey\.steps\.\d+)\.(path|headers)|^compare\.scrape\.|^headers\.path$|^access\.requests\.\d+\.path$|^(tcp|tls|grpc|dns)\.(host|name|server|serverName|service|headers)/;

const LANGUAGES: readonly (readonly [RegExp, Language])[] = [
  [PROMQL, "promql"],
  [REGEX, "regex"],
  [URL_TEXT, "url"],
  [JSON_PATH, "jsonPath"],
  [LINE, "line"],
];

const languageOf = (path: string): Language => LANGUAGES.find(([fields]) => fields.test(path))?.[1] ?? "text";

/**
 * Fills the placeholders in every string of a check but its name; each in the language of its field.
 * @param at path of the value inside its check, where it is only a part of one
 */
export function fillStrings<T>(
  value: T,
  fillingOf: (name: string, path: string) => Filling,
  at = "",
): Result<T, FillProblem> {
  const walk = (part: unknown, path: string): Result<unknown, FillProblem> => {
    if (typeof part === "string") {
      if (path === "name") return ok(part);
      const filled = fillText(part, languageOf(path), (name) => fillingOf(name, path));
      return filled.ok ? filled : err({ path, message: filled.error });
    }
    if (typeof part !== "object" || part === null) return ok(part);
    const entries: [string, unknown][] = [];
    for (const [key, member] of Object.entries(part)) {
      const filled = walk(member, path === "" ? key : `${path}.${key}`);
      if (!filled.ok) return filled;
      entries.push([key, filled.value]);
    }
    return ok(Array.isArray(part) ? entries.map(([, member]) => member) : Object.fromEntries(entries));
  };
  const filled = walk(value, at);
  return filled.ok ? ok(filled.value as T) : filled;
}
