import type { Check } from "../../../api/check.ts";
import type { PrometheusCheck } from "../../../api/checks/prometheus.ts";
import { readDuration, seconds } from "../../../base/duration.ts";
import { judgeShare } from "../judge-share.ts";
import { judgeSplit } from "../judge-split.ts";
import { judgeValue } from "../judge-value.ts";
import { type CheckProblem, selectorProblems } from "../selector-problems.ts";
import { readShare } from "../share-text.ts";
import type { KindRules } from "./kind-rules.ts";

export const prometheusRules: KindRules<PrometheusCheck> = {
  when: ({ split }) => (split === undefined ? ["steps", "observe"] : ["steps"]),
  window: "metric",
  interval: ({ interval }) => readDuration(interval),
  lookLimit: () => seconds(20),
  problems: problemsOf,
  plain: withMax,
  judge: ({ look, ...input }, { share, split, query }) => {
    if (look.kind === "share" && share) return judgeShare({ ...input, look });
    if (look.kind === "split" && split) return judgeSplit({ ...input, look });
    if (look.kind === "value" && query) return judgeValue({ ...input, look });
    return undefined;
  },
};

function problemsOf(prometheus: PrometheusCheck, check: Check): readonly CheckProblem[] {
  const { share, query, split } = prometheus;
  const problems = splitProblems(check);
  if ([share, query, split].filter((form) => form !== undefined).length !== 1)
    return [...problems, { path: "prometheus", message: "give exactly one of share, query, split" }];
  if (query !== undefined && query.max === undefined && query.min === undefined)
    problems.push({ path: "prometheus.query", message: "give max, min or both" });
  if (share !== undefined) problems.push(...shareProblems(share));
  return problems;
}

function shareProblems({ bad, good, total, max, limit }: Share): CheckProblem[] {
  const problems: CheckProblem[] = [];
  if ((bad === undefined) === (good === undefined))
    problems.push({ path: "prometheus.share", message: "give exactly one of bad, good" });
  problems.push(...selectorProblems("prometheus.share", { bad, good, total }));
  if ((max === undefined) === (limit === undefined))
    problems.push({ path: "prometheus.share", message: "give exactly one of max, limit" });
  if (limit !== undefined && readShare(limit) === undefined)
    problems.push({ path: "prometheus.share.limit", message: "must be a share such as 0.01 or 1%" });
  return problems;
}

type Share = NonNullable<PrometheusCheck["share"]>;

/** A `limit` in text becomes `max`. */
function withMax(prometheus: PrometheusCheck): PrometheusCheck {
  const { share } = prometheus;
  if (share?.limit === undefined) return prometheus;
  const { limit, ...rest } = share;
  const max = readShare(limit);
  return { ...prometheus, share: { ...rest, ...(max === undefined ? {} : { max }) } };
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
