import type { Check } from "../../api/check.ts";
import { DURATION_PATTERN } from "../../base/duration.ts";
import { type CheckProblem, selectorProblems } from "./selector-problems.ts";
import { readShare } from "./share-text.ts";

/** What a comparison asks; admission can't say it of what comes from a template. */
export function compareProblems({ compare, when }: Check): CheckProblem[] {
  if (compare === undefined) return [];
  const problems: CheckProblem[] = [];
  if (!new RegExp(DURATION_PATTERN).test(compare.scrapeInterval))
    problems.push({ path: "compare.scrapeInterval", message: "must be a duration such as 5s" });
  const names = new Set<string>();
  for (const [i, { name, candidate, live, detect, max }] of compare.metrics.entries()) {
    const path = `compare.metrics.${i}`;
    if (names.has(name)) problems.push({ path, message: `two metrics are named "${name}"; rename one` });
    names.add(name);
    for (const [side, arm] of Object.entries({ candidate, live })) {
      problems.push(...selectorProblems(`${path}.${side}`, { ...arm }));
      if ((arm.bad === undefined) === (arm.good === undefined))
        problems.push({ path: `${path}.${side}`, message: "give exactly one of bad, good" });
    }
    const rise = readShare(detect);
    if (rise === undefined || rise === 0)
      problems.push({ path: `${path}.detect`, message: "must be a share above 0, such as 0.02 or 2%" });
    if (max !== undefined && readShare(max) === undefined)
      problems.push({ path: `${path}.max`, message: "must be a share such as 0.05 or 5%" });
  }
  if (when?.includes("beforeTraffic"))
    problems.push({
      path: "when",
      message: "a comparison needs traffic on both sides; leave beforeTraffic out",
    });
  return problems;
}
