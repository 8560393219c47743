import type { JourneyCapture } from "../../api/checks/journey.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CapturedValue } from "../../core/gate/journey-vars.ts";
import type { SetCookie } from "./cookie-jar.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { findJson, type JsonProblem, readJson } from "./json-answer.ts";

/** A longer value is refused: it would be sent again and again, and kept out of every message. */
const LONGEST_VALUE = 4096;

/** Takes values out of an answer, by name; the first that is not there is told. */
export function captureFrom(
  captures: readonly JourneyCapture[],
  answer: HttpAnswer,
  cookies: readonly SetCookie[],
): Result<ReadonlyMap<string, CapturedValue>, JsonProblem> {
  const found = new Map<string, CapturedValue>();
  for (const capture of captures) {
    const value = capturedValue(capture, answer, cookies);
    if (!value.ok) return value;
    if (value.value.length > LONGEST_VALUE)
      return err({ reason: "ValueTooLong", message: `"${capture.name}" is longer than 4 KiB` });
    found.set(capture.name, { value: value.value, plain: capture.plain });
  }
  return ok(found);
}

function capturedValue(
  { name, json, header, cookie }: JourneyCapture,
  answer: HttpAnswer,
  cookies: readonly SetCookie[],
): Result<string, JsonProblem> {
  if (json !== undefined) return jsonValue(name, json, answer.body);
  if (header !== undefined) {
    const value = answer.headers[header.toLowerCase()];
    return value === undefined
      ? err({
          reason: "MissingHeader",
          message: `the header ${header} is missing, from which "${name}" comes`,
        })
      : ok(Array.isArray(value) ? (value[0] ?? "") : value);
  }
  const set = cookies.find((one) => one.name === cookie && !one.expired);
  return set === undefined
    ? err({ reason: "MissingCookie", message: `the cookie ${cookie} is not set, from which "${name}" comes` })
    : ok(set.value);
}

function jsonValue(name: string, path: string, body: string): Result<string, JsonProblem> {
  const root = readJson(body);
  if (!root.ok) return root;
  const at = findJson(path, root.value);
  if (!at.ok) return at;
  const { scalar, kind } = at.value;
  return scalar === undefined
    ? err({ reason: "WrongJson", message: `${path} is an ${kind}; "${name}" has to be a single value` })
    : ok(String(scalar));
}
