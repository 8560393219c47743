import type { JourneyCheck, JourneyStep } from "../../../api/checks/journey.ts";
import { VARS } from "../bind-target.ts";
import { expectationProblems, jsonPathProblem } from "../http-problems.ts";
import { HOST_REMEDY, hasOwnHost } from "../journey-vars.ts";
import { placeholdersIn } from "../placeholders.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { probeKind } from "./probe.ts";

export const journeyRules = probeKind<JourneyCheck>(
  ({ steps }) => (steps.length === 1 ? "1 step" : `${steps.length} steps, each answered as it should be`),
  { problems: problemsOf },
);

function problemsOf({ steps }: JourneyCheck): readonly CheckProblem[] {
  const problems: CheckProblem[] = [];
  const names = new Set<string>();
  const captured = new Set<string>();
  for (const [i, step] of steps.entries()) {
    const at = `journey.steps[${i}]`;
    if (names.has(step.name))
      problems.push({ path: `${at}.name`, message: `"${step.name}" names two steps; rename one` });
    names.add(step.name);
    problems.push(...stepProblems(at, step), ...unknownVars(at, step, captured));
    for (const { name } of step.capture ?? []) captured.add(name);
  }
  return problems;
}

function stepProblems(at: string, { method, body, url, expect, capture = [] }: JourneyStep): CheckProblem[] {
  const problems = [...expectationProblems(`${at}.expect`, expect)];
  if (body !== undefined && (method === "GET" || method === "HEAD"))
    problems.push({
      path: `${at}.body`,
      message: `a ${method} has no body; choose another method or take it out`,
    });
  if (url !== undefined && !hasOwnHost(url)) problems.push({ path: `${at}.url`, message: HOST_REMEDY });
  for (const [k, { json, header, cookie }] of capture.entries()) {
    const where = `${at}.capture[${k}]`;
    if ([json, header, cookie].filter((from) => from !== undefined).length !== 1)
      problems.push({ path: where, message: "give exactly one of json, header, cookie" });
    problems.push(...jsonPathProblem(`${where}.json`, json));
  }
  return problems;
}

function unknownVars(at: string, step: JourneyStep, captured: ReadonlySet<string>): readonly CheckProblem[] {
  const used = new Set(textsIn(step).flatMap(placeholdersIn));
  return [...used].flatMap((name) =>
    !name.startsWith(VARS) || captured.has(name.slice(VARS.length))
      ? []
      : [{ path: at, message: `{{${name}}} is not captured by an earlier step; capture it there` }],
  );
}

const textsIn = (value: unknown): readonly string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];
