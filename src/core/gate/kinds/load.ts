import type { Check } from "../../../api/check.ts";
import { LOAD_LIMITS, type LoadCheck } from "../../../api/checks/load.ts";
import { milliseconds, readDuration, renderDuration } from "../../../base/duration.ts";
import { PERCENTILE_NAMES, PERCENTILES } from "../load/figures.ts";
import { limitsOf } from "../load/judge-load.ts";
import { durationOf, plannedRequests, readLimit, readRate, readStages } from "../load/stages.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { readShare } from "../share-text.ts";
import { outcomeKind } from "./outcome.ts";

/** A load runs once; what it measured is held against its limits. */
export const loadRules = outcomeKind<LoadCheck>(limitsOf, { problems: problemsOf });

function problemsOf(load: LoadCheck, check: Check): readonly CheckProblem[] {
  return [
    ...stageProblems(load),
    ...limitProblems(load),
    ...timeProblems(load, check),
    ...bodyProblems(load),
  ];
}

function stageProblems({ stages }: LoadCheck): CheckProblem[] {
  const problems: CheckProblem[] = [];
  for (const [i, { duration, rate, from }] of stages.entries()) {
    const path = `load.stages.${i}`;
    if (readLimit(duration) === undefined)
      problems.push({ path: `${path}.duration`, message: "must be a duration such as 30s" });
    if (readRate(rate, 1) === undefined)
      problems.push({ path: `${path}.rate`, message: `must be an integer from 1 to ${LOAD_LIMITS.rate}` });
    if (from !== undefined && readRate(from) === undefined)
      problems.push({ path: `${path}.from`, message: `must be an integer from 0 to ${LOAD_LIMITS.rate}` });
  }
  return problems;
}

function limitProblems(load: LoadCheck): CheckProblem[] {
  const problems: CheckProblem[] = [];
  const stages = readStages(load);
  const planned = stages === undefined ? Number.POSITIVE_INFINITY : plannedRequests(stages);
  for (const name of PERCENTILE_NAMES) {
    const text = load.limits[name];
    if (text === undefined) continue;
    const { label, needs } = PERCENTILES[name];
    const path = `load.limits.${name}`;
    if (readLimit(text) === undefined) problems.push({ path, message: "must be a duration such as 250ms" });
    if (planned < needs)
      problems.push({
        path,
        message: `${label} takes ${needs} requests or more, the stages ask for ${planned}; raise rate or duration`,
      });
  }
  for (const name of ["errors", "rate"] as const) {
    const text = load.limits[name];
    if (text !== undefined && readShare(text) === undefined)
      problems.push({ path: `load.limits.${name}`, message: "must be a share such as 0.01 or 1%" });
  }
  return problems;
}

function timeProblems(load: LoadCheck, { deadline }: Check): CheckProblem[] {
  const problems: CheckProblem[] = [];
  const whole = durationOf(readStages(load) ?? []);
  if (whole > LOAD_LIMITS.duration)
    problems.push({
      path: "load.stages",
      message: `last ${renderDuration(whole)} together; ${renderDuration(milliseconds(LOAD_LIMITS.duration))} is the most`,
    });
  const timeout = readDuration(load.timeout);
  if (timeout < 1 || timeout > LOAD_LIMITS.timeout)
    problems.push({ path: "load.timeout", message: "must be between 1ms and 10s" });
  if (deadline !== undefined && readDuration(deadline) <= whole)
    problems.push({
      path: "deadline",
      message: `is over before the stages are, which last ${renderDuration(whole)}; set a later one`,
    });
  return problems;
}

const bodyProblems = ({ body, method }: LoadCheck): CheckProblem[] =>
  body === undefined || method === "POST"
    ? []
    : [{ path: "load.body", message: "only a POST has a body; set method: POST or take it out" }];
