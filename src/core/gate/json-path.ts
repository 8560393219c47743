import { err, ok, type Result } from "../../base/result.ts";

/** The steps from the root of a JSON value to one place in it: members by name, elements by index. */
export type JsonPath = readonly (string | number)[];

/** A scalar of JSON; what else a path finds is only told by its kind. */
export type Scalar = string | number | boolean | null;

/** What stands at a place. */
export type AtPath =
  | { readonly found: false }
  | { readonly found: true; readonly scalar?: Scalar; readonly kind: string };

const LONGEST = 512;
const MOST_STEPS = 32;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const INDEX = /\[\s*(0|-?[1-9][0-9]{0,8})\s*\]/y;
const QUOTED =
  /\[\s*(?:'((?:[^'\\]|\\(?:u[0-9a-fA-F]{4}|[bfnrt/\\'"]))*)'|"((?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[bfnrt/\\'"]))*)")\s*\]/y;
const ESCAPE = /\\(u[0-9a-fA-F]{4}|[bfnrt/\\'"])/g;
const CONTROLS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Reads a JSON path: the singular queries of RFC 9535, such as `$.items[0]['a b']`, which lead to one place at
 * most. Wildcards, slices and filters are refused: nothing is evaluated, and no answer can make a look slow.
 * The error is one sentence without the field's name.
 */
export function readJsonPath(text: string): Result<JsonPath, string> {
  if (text.length > LONGEST) return err(`is longer than ${LONGEST} characters; shorten it`);
  if (!text.startsWith("$")) return err("must begin with $, for instance $.items[0].name");
  const steps: (string | number)[] = [];
  let at = 1;
  while (at < text.length) {
    const step = stepAt(text, at);
    if (step === undefined)
      return err(
        `can't be read from "${text.slice(at, at + 20)}" on; use .name, ['name'] and [0], without wildcards and filters`,
      );
    steps.push(step.value);
    at = step.end;
    if (steps.length > MOST_STEPS) return err(`has more than ${MOST_STEPS} steps; shorten it`);
  }
  return ok(steps);
}

function stepAt(
  text: string,
  at: number,
): { readonly value: string | number; readonly end: number } | undefined {
  if (text[at] === ".") {
    NAME.lastIndex = at + 1;
    const [name] = NAME.exec(text) ?? [];
    return name === undefined ? undefined : { value: name, end: at + 1 + name.length };
  }
  INDEX.lastIndex = at;
  const index = INDEX.exec(text);
  if (index !== null) return { value: Number(index[1]), end: INDEX.lastIndex };
  QUOTED.lastIndex = at;
  const quoted = QUOTED.exec(text);
  if (quoted === null) return undefined;
  return { value: unescaped(quoted[1] ?? quoted[2] ?? ""), end: QUOTED.lastIndex };
}

const unescaped = (text: string): string =>
  text.replace(ESCAPE, (_, code: string) =>
    code.startsWith("u") ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (CONTROLS[code] ?? code),
  );

/** What stands at the path in a JSON value. A name never meets an element, nor anything that is inherited. */
export function atPath(path: JsonPath, root: unknown): AtPath {
  let value = root;
  for (const step of path) {
    if (typeof step === "number") {
      if (!Array.isArray(value)) return { found: false };
      const index = step < 0 ? value.length + step : step;
      if (index < 0 || index >= value.length) return { found: false };
      value = value[index];
    } else {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return { found: false };
      if (!Object.hasOwn(value, step)) return { found: false };
      value = (value as Readonly<Record<string, unknown>>)[step];
    }
  }
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return { found: true, scalar: value, kind: value === null ? "null" : typeof value };
  return { found: true, kind: Array.isArray(value) ? "array" : "object" };
}
