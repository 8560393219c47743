import type { HttpCheck } from "../../../api/checks/http.ts";
import { expectationProblems, limitOfExpectation } from "../http-problems.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { probeKind } from "./probe.ts";

export const httpRules = probeKind<HttpCheck>(({ expect }) => limitOfExpectation(expect), {
  problems: problemsOf,
});

function problemsOf({ expect, body, method }: HttpCheck): readonly CheckProblem[] {
  const problems = expectationProblems("http.expect", expect);
  return body === undefined || method === "POST"
    ? problems
    : [
        ...problems,
        { path: "http.body", message: "only a POST has a body; set method: POST or take it out" },
      ];
}
