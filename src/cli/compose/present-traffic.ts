import { milliseconds, minutes } from "../../base/duration.ts";
import { instant } from "../../base/instant.ts";
import type { PresentTraffic } from "../../core/gate/compare/forecast.ts";
import { countSamples } from "../../core/gate/counter-delta.ts";
import type { Series } from "../../metrics/prometheus-answer.ts";
import { PrometheusApi } from "../../metrics/prometheus-api.ts";
import type { TrafficAnswer, TrafficRequest } from "../command-context.ts";
import { type ComparedMetric, keyOf } from "../traffic-forecast.ts";

/** What the present is: long enough for an even rate, short enough to be the same hour. */
const PRESENT = minutes(5);

/** Reads what the live side's counters counted in the last minutes. What can't be read becomes a note. */
export async function presentTraffic({
  metrics,
  prometheus,
  signal,
}: TrafficRequest): Promise<TrafficAnswer> {
  const api = new PrometheusApi(prometheus === undefined ? {} : { defaultAddress: prometheus });
  const counts = new Map<string, PresentTraffic>();
  const notes: string[] = [];
  const read = async (metric: ComparedMetric, address: string): Promise<PresentTraffic | string> => {
    const { total, bad, good } = metric.live;
    const found: (readonly Series[])[] = [];
    for (const selector of [total, bad ?? good ?? ""]) {
      const answer = await api.query(address, `${selector}[${PRESENT}ms]`, signal);
      if (!answer.ok) return answer.error.message;
      if (answer.value.type !== "matrix") return `${selector} is no plain series selector`;
      found.push(answer.value.series);
    }
    const [all = [], some = []] = found;
    return trafficOf(all, some, bad === undefined) ?? "no requests in the last 5 minutes";
  };
  try {
    for (const metric of metrics) {
      const address = api.addressOf(metric.address);
      if (address === undefined) continue;
      const traffic = await read(metric, address);
      if (typeof traffic === "string") notes.push(`present traffic of ${keyOf(metric)}: ${traffic}`);
      else counts.set(keyOf(metric), traffic);
    }
  } finally {
    api.close();
  }
  return { counts, notes };
}

/**
 * What raw counters counted in the time that they cover: a side that is live since a moment ago has the rate of that
 * moment, not that of five minutes. Undefined without requests.
 * @param isGood `some` are the good requests, not the bad ones
 */
export function trafficOf(
  all: readonly Series[],
  some: readonly Series[],
  isGood: boolean,
): PresentTraffic | undefined {
  const times = all.flatMap(({ samples }) => samples.map(({ at }) => at));
  const span = {
    from: instant(times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
    until: instant(times.reduce((a, b) => Math.max(a, b), 0)),
  };
  const count = (series: readonly Series[]): number =>
    series.reduce((sum, { samples }) => {
      const counted = countSamples(undefined, samples, span);
      return sum + (counted.ok ? (counted.count?.sum ?? 0) : 0);
    }, 0);
  const requests = count(all);
  if (requests === 0) return undefined;
  const part = Math.min(requests, count(some));
  return { requests, bad: isGood ? requests - part : part, time: milliseconds(span.until - span.from) };
}
