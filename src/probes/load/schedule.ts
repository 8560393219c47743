import { type LoadStage, ROUNDING, requestsOf } from "../../core/gate/load/stages.ts";

/**
 * The times at which requests are due, in milliseconds from the start. They follow from the stages alone and know
 * nothing of answers: that is what makes the load an open one.
 */
export function* arrivalsOf(stages: readonly LoadStage[]): Generator<number, undefined> {
  let begin = 0;
  let before = 0;
  let next = 0;
  for (const stage of stages) {
    const after = before + requestsOf(stage);
    for (; next < after - ROUNDING; next++) yield begin + timeOf(Math.max(0, next - before), stage);
    begin += stage.duration;
    before = after;
  }
  return undefined;
}

/**
 * Time in a stage at which it has asked for `count` requests: the solution of from·t + (to − from)·t²/2T = count, in
 * the form that also holds for a constant rate.
 */
function timeOf(count: number, { from, to, duration }: LoadStage): number {
  if (count === 0) return 0;
  const time = duration / 1_000;
  const root = Math.sqrt(from ** 2 + (2 * (to - from) * count) / time);
  return Math.min(duration, ((2 * count) / (from + root)) * 1_000);
}
