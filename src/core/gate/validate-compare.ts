import type { Check } from "../../api/check.ts";
import type { CompareCheck } from "../../api/checks/compare.ts";
import { DURATION_PATTERN, milliseconds, readDuration } from "../../base/duration.ts";
import { isPlainSelector } from "./promql-text.ts";
import { type CheckProblem, selectorProblems } from "./selector-problems.ts";
import { parseSelector } from "./series-selector.ts";
import { readShare } from "./share-text.ts";

/** No check looks more often than this. */
const SHORTEST_SCRAPE = milliseconds(250);

/** What direct scraping asks. */
function scrapeProblems({
  scrape,
  prometheus,
  source,
  scrapeInterval,
  metrics,
}: CompareCheck): CheckProblem[] {
  if (scrape === undefined) return [];
  const problems: CheckProblem[] = [];
  if (prometheus !== undefined)
    problems.push({ path: "compare", message: "give prometheus or scrape, not both" });
  if ((scrape.service !== undefined) !== (source === "gateway"))
    problems.push({
      path: "compare.scrape.service",
      message: "name the gateway's Service with source: gateway; with source: pods leave it out",
    });
  if (readDuration(scrapeInterval) < SHORTEST_SCRAPE)
    problems.push({ path: "compare.scrapeInterval", message: "must be at least 250ms" });
  for (const [i, metric] of metrics.entries())
    for (const side of ["candidate", "live"] as const)
      for (const [member, text = ""] of Object.entries(metric[side])) {
        const read = parseSelector(text);
        // What is no plain selector at all is told of every comparison.
        if (!read.ok && isPlainSelector(text))
          problems.push({ path: `compare.metrics.${i}.${side}.${member}`, message: read.error });
      }
  return problems;
}

/** What a comparison asks; admission can't say it of what comes from a template. */
export function compareProblems({ compare, when }: Check): CheckProblem[] {
  if (compare === undefined) return [];
  const problems: CheckProblem[] = [];
  if (!new RegExp(DURATION_PATTERN).test(compare.scrapeInterval))
    problems.push({ path: "compare.scrapeInterval", message: "must be a duration such as 5s" });
  else problems.push(...scrapeProblems(compare));
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
