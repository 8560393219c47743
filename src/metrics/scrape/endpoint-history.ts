import { type Instant, instant } from "../../base/instant.ts";
import type { Sample } from "../../core/gate/counter-delta.ts";
import { matches, NAME, type RegexTest, type SeriesSelector } from "../../core/gate/series-selector.ts";
import type { Series } from "../prometheus-answer.ts";
import type { SeriesIndex, Wanted } from "./exposition-reader.ts";
import type { ScrapeTarget } from "./scrape-targets.ts";

/** A selector as it was asked for, and as it is matched. */
export interface NamedSelector {
  readonly text: string;
  readonly selector: SeriesSelector;
}

/** A series of an endpoint that at least one selector matches. */
export interface ScrapedSeries {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Texts of the selectors that match it. */
  readonly matched: ReadonlySet<string>;
  samples: readonly Sample[];
}

/** Before every evidence: what a series had counted when its endpoint was seen for the first time. */
const BEFORE_ALL = instant(0);
/** A judge that takes nothing in any more must not make memory grow. */
const MOST_SAMPLES = 1_000;
/** Series of one endpoint that match, those that have gone among them. */
const MOST_SERIES = 20_000;

/** Series keep coming under new labels. */
export class TooManySeries extends Error {
  override readonly name = "TooManySeries";

  constructor() {
    super(`the selectors match more than ${MOST_SERIES} series; narrow them by labels`);
  }
}

/**
 * What one endpoint has counted, scrape by scrape. A series that is there in the first scrape begins with what it had
 * counted until then; one that comes later was not there before, and counts from 0.
 */
export class EndpointHistory {
  readonly target: ScrapeTarget;
  readonly index: SeriesIndex<ScrapedSeries> = { byText: new Map() };
  readonly #known = new Map<string, ScrapedSeries>();
  readonly #selectors: readonly NamedSelector[];
  readonly #test: RegexTest;
  /** Time of the last scrape that was good, or of the first look before there was one. */
  alive: Instant;
  #scraped = false;

  constructor(target: ScrapeTarget, selectors: readonly NamedSelector[], test: RegexTest, since: Instant) {
    this.target = target;
    this.#selectors = selectors;
    this.#test = test;
    this.alive = since;
  }

  /** Takes a good scrape in. */
  add(values: ReadonlyMap<ScrapedSeries, number>, at: Instant): void {
    for (const [series, value] of values) {
      const before: readonly Sample[] = this.#scraped ? series.samples : [{ at: BEFORE_ALL, value }];
      // The first one stays, whatever leaves: it is what the others are counted from.
      const [base = { at, value }, ...rest] = [...before, { at, value }];
      series.samples = [base, ...rest.slice(1 - MOST_SAMPLES)];
    }
    this.#scraped = true;
    this.alive = at;
  }

  /** Forgets what lies before the end of what was judged; the last sample before it is the baseline of what follows. */
  forgetBefore(since: Instant): void {
    for (const series of this.#known.values()) {
      const base = series.samples.findLastIndex(({ at }) => at <= since);
      if (base > 0) series.samples = series.samples.slice(base);
    }
  }

  /** The series that a selector matches. */
  series(selector: string): readonly Series[] {
    return [...this.#known.values()].filter(
      ({ matched, samples }) => matched.has(selector) && samples.length > 0,
    );
  }

  /**
   * The series that a line names, or null where no selector matches it.
   * @throws TooManySeries, and what the test of an expression throws
   */
  readonly meet: Wanted<ScrapedSeries>["series"] = ({ name, labels }) => {
    const all = new Map([[NAME, name], ...labels]);
    for (const [label, value] of targetLabels(this.target)) {
      const own = all.get(label);
      // As Prometheus does it: what the endpoint itself says under that name is kept under another one.
      if (own !== undefined) all.set(`exported_${label}`, own);
      all.set(label, value);
    }
    const matched = this.#selectors.filter(({ selector }) => matches(selector, all, this.#test));
    if (matched.length === 0) return null;
    const id = JSON.stringify([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_SERIES) throw new TooManySeries();
    const texts = new Set(matched.map(({ text }) => text));
    const series = { id, labels: Object.fromEntries(all), matched: texts, samples: [] };
    this.#known.set(id, series);
    return series;
  };
}

const targetLabels = ({ instance, pod }: ScrapeTarget): readonly (readonly [string, string])[] => [
  ["instance", instance],
  ...(pod === undefined ? [] : [["pod", pod] as const]),
];
