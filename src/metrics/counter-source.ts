import type { Duration } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import type { Result } from "../base/result.ts";
import type { Series, SourceProblem } from "./prometheus-answer.ts";
import type { LocalTime } from "./source-clock.ts";

export type Side = "candidate" | "live";

/** What is asked of a source. */
export interface SampleSpan {
  readonly since: Instant;
  readonly now: Instant;
  /** Side that is meant; a source that knows who belongs to it shows no series of the other one. */
  readonly side: Side;
}

/** Where raw counters of both sides come from. All times of samples are those of the source's own clock. */
export interface CounterSource {
  /** How far the source's clock is ahead of ours. */
  offset(time: LocalTime, signal: AbortSignal): Promise<Result<Duration, SourceProblem>>;
  /** The samples that match a plain selector, from `since` to the source's present `now`, in the order of time. */
  samples(
    selector: string,
    span: SampleSpan,
    signal: AbortSignal,
  ): Promise<Result<readonly Series[], SourceProblem>>;
}
