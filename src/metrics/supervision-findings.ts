import { type Duration, milliseconds, renderDuration } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import type { Look } from "../ports/checks.ts";
import type { Series } from "./prometheus-answer.ts";

/** Times that series are held against, all on the source's clock. */
export interface Sight {
  /** Samples from before this say nothing about the candidate. */
  readonly from: Instant;
  readonly now: Instant;
  readonly staleAfter: Duration;
}

type Problem = Extract<Look, { readonly kind: "functional" }>;
const problem = (reason: string, message: string): Problem => ({
  kind: "functional",
  good: false,
  reason,
  message,
});

const newestOf = ({ samples }: Series): Series["samples"][number] | undefined => samples.at(-1);
const isFresh = (series: Series, { now, staleAfter }: Sight): boolean =>
  (newestOf(series)?.at ?? 0) >= now - staleAfter;
const sinceStart = (all: readonly Series[], { from }: Sight): readonly Series[] =>
  all.filter((series) => (newestOf(series)?.at ?? 0) >= from);

/** What is wrong with the series of one selector; undefined when one of them is fresh. */
export function seriesProblem(selector: string, all: readonly Series[], sight: Sight): Problem | undefined {
  const seen = sinceStart(all, sight);
  if (seen.length === 0) return problem("NoSeries", `no sample of ${selector} since the start`);
  if (seen.some((series) => isFresh(series, sight))) return undefined;
  const newest = Math.max(...seen.map((series) => newestOf(series)?.at ?? 0));
  const age = renderDuration(milliseconds(sight.now - newest));
  return problem("StaleSeries", `the newest sample of ${selector} is ${age} old`);
}

/** What is wrong with the candidate's scrape targets. One that is not scraped any more has gone, and does not count. */
export function targetProblem(all: readonly Series[], sight: Sight): Problem | undefined {
  const present = sinceStart(all, sight).filter((series) => isFresh(series, sight));
  if (present.length === 0) return problem("NoTarget", "no target of the candidate is scraped");
  const down = present.filter((series) => newestOf(series)?.value !== 1);
  if (down.length === 0) return undefined;
  const names = down.map(({ labels }) => labels.pod ?? labels.instance ?? "?");
  return problem("TargetDown", `${down.length} of ${present.length} targets down: ${listOf(names)}`);
}

const isFiring = ({ labels }: Series): boolean => labels.alertstate === "firing";

/** Alerts that fire at present and did not at the start. */
export function alertProblem(before: readonly Series[], present: readonly Series[]): Problem | undefined {
  const known = new Set(before.filter(isFiring).map(({ id }) => id));
  const fresh = present.filter((series) => isFiring(series) && !known.has(series.id));
  if (fresh.length === 0) return undefined;
  return problem(
    "NewAlert",
    `firing since the start: ${listOf(fresh.map(({ labels }) => labels.alertname ?? "?"))}`,
  );
}

const listOf = (names: readonly string[]): string => {
  const known = [...new Set(names)].sort();
  return known.slice(0, 5).join(", ") + (known.length > 5 ? ` and ${known.length - 5} more` : "");
};
