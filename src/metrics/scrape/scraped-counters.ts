import { type Duration, milliseconds } from "../../base/duration.ts";
import { ok, type Result } from "../../base/result.ts";
import type { CounterSource, SampleSpan } from "../counter-source.ts";
import type { Series, SourceProblem } from "../prometheus-answer.ts";
import type { ScrapeSession } from "./scrape-session.ts";

/** What direct scrapes have counted. Their times are ours: the clock of an endpoint is never asked. */
export class ScrapedCounters implements CounterSource {
  readonly #session: ScrapeSession;

  constructor(session: ScrapeSession) {
    this.#session = session;
  }

  offset(): Promise<Result<Duration, SourceProblem>> {
    return Promise.resolve(ok(milliseconds(0)));
  }

  samples(selector: string, { side }: SampleSpan): Promise<Result<readonly Series[], SourceProblem>> {
    return Promise.resolve(ok(this.#session.series(selector, side)));
  }
}
