import { seconds } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import { matches, parseSelector } from "../core/gate/series-selector.ts";
import type { Series, SourceProblem } from "./prometheus-answer.ts";

/** How far a sample may lie ahead: the clocks are not known exactly, and a question may be long on its way. */
const AHEAD = seconds(10);

export interface Asked {
  readonly selector: string;
  /** The present, on the source's clock. */
  readonly now: Instant;
}

/**
 * The series of an answer when they are what was asked for. Caches and proxies in front of a store mix answers up, and
 * then another service's requests would be judged; a sample of the future would close the window at once. Patterns are
 * not tried: they cost time without a bound, and what tells one slot from another is compared for equality.
 */
export function asAsked(
  series: readonly Series[],
  { selector, now }: Asked,
): Result<readonly Series[], SourceProblem> {
  const read = parseSelector(selector);
  const wanted = read.ok ? read.value.filter(({ op }) => op === "=" || op === "!=") : [];
  const isOther = ({ labels }: Series): boolean => !matches(wanted, new Map(Object.entries(labels)), NO_TEST);
  const other = series.find(isOther);
  if (other !== undefined)
    return err({
      reason: "OtherSeries",
      message: `${selector} was answered with the series ${other.id.slice(0, LONGEST_ID)}; ask the store itself`,
    });
  if (series.some(({ samples }) => samples.some(({ at }) => at > now + AHEAD)))
    return err({
      reason: "FutureSamples",
      message: `${selector} has samples of the future; see to the clocks of what is scraped and of the store`,
    });
  return ok(series);
}

const LONGEST_ID = 300;
/** Of the matchers that are left none has a pattern. */
const NO_TEST = (): boolean => true;
