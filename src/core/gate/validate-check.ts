import { type Check, check as checkSchema, type HttpCheck, type PrometheusCheck } from "../../api/check.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type CheckProblem, selectorProblems } from "./selector-problems.ts";
import { readShare } from "./share-text.ts";
import { compareProblems } from "./validate-compare.ts";

/**
 * Validates a check whose arguments are written in, and brings it into its plain form: a `limit` in text
 * becomes `max`. Admission can't do this for templates, because there the values are not known yet.
 */
export function validateCheck(value: Check): Result<Check, readonly CheckProblem[]> {
  const parsed = checkSchema.safeParse(value);
  if (!parsed.success)
    return err(parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })));
  const check = parsed.data;
  const problems = [...(check.http ? httpProblems(check.http) : []), ...compareProblems(check)];
  if (!check.prometheus) return problems.length > 0 ? err(problems) : ok(check);
  problems.push(...splitProblems(check));
  const prometheus = plainPrometheus(check.prometheus, problems);
  return problems.length > 0 ? err(problems) : ok({ ...check, prometheus });
}

function httpProblems(http: HttpCheck): CheckProblem[] {
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

function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

/** What `split` asks more than other checks; admission can't say it of what comes from a template. */
function splitProblems({ prometheus, when, advisory }: Check): CheckProblem[] {
  const split = prometheus?.split;
  if (split === undefined) return [];
  const { candidate, live, tolerance, source } = split;
  const problems = selectorProblems("prometheus.split", { candidate, live });
  if (readShare(tolerance) === undefined)
    problems.push({ path: "prometheus.split.tolerance", message: "must be a share such as 0.02 or 2%" });
  if (when?.some((moment) => moment !== "steps"))
    problems.push({
      path: "when",
      message: "a split is measured in steps only; set [steps] or leave it out",
    });
  if (source === "pods" && advisory === false)
    problems.push({
      path: "advisory",
      message: "pods also count other callers, so this split can only be advisory; leave it out",
    });
  return problems;
}

function plainPrometheus(prometheus: PrometheusCheck, problems: CheckProblem[]): PrometheusCheck {
  const { share, query, split } = prometheus;
  if ([share, query, split].filter((form) => form !== undefined).length !== 1) {
    problems.push({ path: "prometheus", message: "give exactly one of share, query, split" });
    return prometheus;
  }
  if (query !== undefined && query.max === undefined && query.min === undefined)
    problems.push({ path: "prometheus.query", message: "give max, min or both" });
  if (share === undefined) return prometheus;
  if ((share.bad === undefined) === (share.good === undefined))
    problems.push({ path: "prometheus.share", message: "give exactly one of bad, good" });
  problems.push(
    ...selectorProblems("prometheus.share", { bad: share.bad, good: share.good, total: share.total }),
  );
  if ((share.max === undefined) === (share.limit === undefined))
    problems.push({ path: "prometheus.share", message: "give exactly one of max, limit" });
  if (share.limit === undefined) return prometheus;
  const max = readShare(share.limit);
  if (max === undefined)
    problems.push({ path: "prometheus.share.limit", message: "must be a share such as 0.01 or 1%" });
  const { limit: _, ...rest } = share;
  return { ...prometheus, share: { ...rest, ...(max === undefined ? {} : { max }) } };
}
