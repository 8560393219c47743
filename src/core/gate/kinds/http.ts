import type { HttpCheck } from "../../../api/checks/http.ts";
import { isRegex } from "../is-regex.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { probeKind } from "./probe.ts";

export const httpRules = probeKind<HttpCheck>(limitOf, { problems: problemsOf });

function limitOf({ expect }: HttpCheck): string {
  const limits = [`status ${expect.status.join(", ")}`];
  if (expect.maxLatency !== undefined) limits.push(`within ${expect.maxLatency}`);
  return limits.join(", ");
}

function problemsOf(http: HttpCheck): readonly CheckProblem[] {
  const problems: CheckProblem[] = [];
  const patterns: [string, string | undefined][] = [
    ["http.expect.body", http.expect.body],
    ...Object.entries(http.expect.headers ?? {}).map(([name, pattern]): [string, string] => [
      `http.expect.headers.${name}`,
      pattern,
    ]),
  ];
  for (const [path, pattern] of patterns)
    if (pattern !== undefined && !isRegex(pattern))
      problems.push({ path, message: "is no regular expression; correct its syntax" });
  if (http.body !== undefined && http.method !== "POST")
    problems.push({ path: "http.body", message: "only a POST has a body; set method: POST or take it out" });
  return problems;
}
