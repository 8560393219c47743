import type { HttpExpectation } from "../../api/checks/http-answer.ts";
import { isRegex } from "./is-regex.ts";
import { readJsonPath } from "./json-path.ts";
import type { CheckProblem } from "./selector-problems.ts";

/** A field that can't be a regular expression; none for one that is absent. */
export const regexProblem = (path: string, pattern: string | undefined): readonly CheckProblem[] =>
  pattern === undefined || isRegex(pattern)
    ? []
    : [{ path, message: "is no regular expression; correct its syntax" }];

/** A field that can't be read as a JSON path; none for one that is absent. */
export function jsonPathProblem(path: string, text: string | undefined): readonly CheckProblem[] {
  const read = text === undefined ? undefined : readJsonPath(text);
  return read === undefined || read.ok ? [] : [{ path, message: read.error }];
}

/** What the schema can't say of an expectation, because arguments may be written into it. */
export function expectationProblems(
  path: string,
  { headers = {}, body, json = [] }: HttpExpectation,
): readonly CheckProblem[] {
  return [
    ...regexProblem(`${path}.body`, body),
    ...Object.entries(headers).flatMap(([name, pattern]) => regexProblem(`${path}.headers.${name}`, pattern)),
    ...json.flatMap((one, i) => [
      ...jsonPathProblem(`${path}.json[${i}].path`, one.path),
      ...regexProblem(`${path}.json[${i}].matches`, one.matches),
      ...absentProblem(`${path}.json[${i}]`, one),
    ]),
  ];
}

const absentProblem = (
  path: string,
  { exists, equals, matches }: NonNullable<HttpExpectation["json"]>[number],
): readonly CheckProblem[] =>
  exists || (equals === undefined && matches === undefined)
    ? []
    : [{ path, message: "nothing can stand there and have a value; take out exists: false, or the value" }];

/** What an answer is held against, for people. */
export function limitOfExpectation({ status, maxLatency }: HttpExpectation): string {
  const limits = [`status ${status.join(", ")}`];
  if (maxLatency !== undefined) limits.push(`within ${maxLatency}`);
  return limits.join(", ");
}
