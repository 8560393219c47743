import { LOAD_LIMITS, type LoadCheck } from "../../../api/checks/load.ts";
import { DURATION_PATTERN, type Duration, readDuration } from "../../../base/duration.ts";

/** A part of a load in which the rate goes evenly from one value to another; rates in requests a second. */
export interface LoadStage {
  readonly from: number;
  readonly to: number;
  readonly duration: Duration;
}

const WHOLE = new RegExp(DURATION_PATTERN);

/** The duration of a field that the argument of a template may have filled; undefined for text that is none. */
export const readLimit = (text: string): Duration | undefined =>
  WHOLE.test(text) ? readDuration(text) : undefined;

/** A rate within what is allowed; undefined for any other text or number. */
export function readRate(rate: number | string, least = 0): number | undefined {
  const read = typeof rate === "number" ? rate : /^[0-9]+$/.test(rate) ? Number(rate) : Number.NaN;
  return Number.isInteger(read) && read >= least && read <= LOAD_LIMITS.rate ? read : undefined;
}

/** The stages as they are meant; undefined where a rate or a duration is none. */
export function readStages(load: Pick<LoadCheck, "stages">): readonly LoadStage[] | undefined {
  const stages: LoadStage[] = [];
  for (const { duration: time, rate, from = rate } of load.stages) {
    const [duration, first, last] = [readLimit(time), readRate(from), readRate(rate, 1)];
    if (duration === undefined || first === undefined || last === undefined) return undefined;
    stages.push({ from: first, to: last, duration });
  }
  return stages;
}

export const durationOf = (stages: readonly LoadStage[]): Duration =>
  stages.reduce((sum, { duration }) => sum + duration, 0) as Duration;

/** Requests that a stage asks for; a fraction is carried over to the next. */
export const requestsOf = ({ from, to, duration }: LoadStage): number =>
  (((from + to) / 2) * duration) / 1_000;

/** Requests of all stages together: the first is due at once. */
export const plannedRequests = (stages: readonly LoadStage[]): number =>
  Math.ceil(stages.reduce((sum, stage) => sum + requestsOf(stage), 0) - ROUNDING);

/** What adding fractions up may be wrong by. */
export const ROUNDING = 1e-6;
