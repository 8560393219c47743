import type { JsonExpectation } from "../../api/checks/http-answer.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type AtPath, atPath, readJsonPath } from "../../core/gate/json-path.ts";
import { mismatch } from "./mismatch.ts";

/** What is wrong with a JSON body, by reason and in one sentence. */
export interface JsonProblem {
  readonly reason: string;
  readonly message: string;
}

const LONGEST_TOLD = 100;
const problem = (reason: string, message: string) => err({ reason, message });

/** A JSON body as a value. */
export function readJson(body: string): Result<unknown, JsonProblem> {
  try {
    return ok(JSON.parse(body));
  } catch {
    return problem("NotJson", "the body is no JSON");
  }
}

/** What stands at a path. A path that leads nowhere is a problem of its own. */
export function findJson(
  path: string,
  root: unknown,
): Result<AtPath & { readonly found: true }, JsonProblem> {
  const read = readJsonPath(path);
  if (!read.ok) return problem("InvalidJsonPath", `the path ${path} ${read.error}`);
  const at = atPath(read.value, root);
  return at.found ? ok(at) : problem("JsonPathNoMatch", `nothing stands at ${path}`);
}

/** The first expectation that a JSON body does not meet. */
export function assessJson(expectations: readonly JsonExpectation[], body: string): JsonProblem | undefined {
  const root = readJson(body);
  if (!root.ok) return root.error;
  for (const expected of expectations) {
    const wrong = assessPlace(expected, root.value);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function assessPlace(
  { path, equals, matches, exists }: JsonExpectation,
  root: unknown,
): JsonProblem | undefined {
  const at = findJson(path, root);
  if (!at.ok) return !exists && at.error.reason === "JsonPathNoMatch" ? undefined : at.error;
  if (!exists) return wrong(`something stands at ${path}, wanted nothing`);
  if (equals === undefined && matches === undefined) return undefined;
  const { scalar, kind } = at.value;
  if (scalar === undefined) return wrong(`${path} is an ${kind}, wanted a single value`);
  const value = String(scalar);
  if (equals !== undefined && value !== equals)
    return wrong(`${path} is ${value.slice(0, LONGEST_TOLD)}, wanted ${equals.slice(0, LONGEST_TOLD)}`);
  const differs = matches === undefined ? undefined : mismatch(matches, value);
  return differs === undefined ? undefined : wrong(`${path} ${differs}`);
}

const wrong = (message: string): JsonProblem => ({ reason: "WrongJson", message });
