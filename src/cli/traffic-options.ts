import { minutes } from "../base/duration.ts";
import type { CommandContext, TrafficAnswer } from "./command-context.ts";
import { type ComparedMetric, keyOf } from "./traffic-forecast.ts";

/** Where the present traffic comes from: Prometheus, or a supposition. */
export interface TrafficOptions {
  readonly prometheus?: string;
  /** Requests a second. */
  readonly rps?: number;
  /** Share of bad ones, 0 to 1. */
  readonly badShare?: number;
}

/** The traffic that comparisons are told for: what was supposed, or what is counted now. */
export async function trafficFor(
  context: CommandContext,
  metrics: readonly ComparedMetric[],
  { rps, badShare = 0, prometheus }: TrafficOptions,
): Promise<TrafficAnswer> {
  if (metrics.length === 0) return { counts: new Map(), notes: [] };
  if (rps !== undefined) {
    const time = minutes(5);
    const requests = rps * (time / 1_000);
    const supposed = { requests, bad: requests * badShare, time };
    return { counts: new Map(metrics.map((metric) => [keyOf(metric), supposed])), notes: [] };
  }
  const answer = await context.ports.presentTraffic({
    metrics,
    ...(prometheus === undefined ? {} : { prometheus }),
    signal: context.signal,
  });
  if (answer.counts.size > 0 || answer.notes.length > 0) return answer;
  const note =
    "the present traffic is not known, so it can't be said what comparisons will see; give --prometheus, or --rps";
  return { ...answer, notes: [note] };
}
