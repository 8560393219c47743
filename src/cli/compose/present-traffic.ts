import { minutes } from "../../base/duration.ts";
import type { PresentTraffic } from "../../core/gate/compare/forecast.ts";
import { PrometheusApi } from "../../metrics/prometheus-api.ts";
import type { TrafficAnswer, TrafficRequest } from "../command-context.ts";
import { keyOf } from "../traffic-forecast.ts";

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
  try {
    for (const metric of metrics) {
      const address = api.addressOf(metric.address);
      if (address === undefined) continue;
      const count = async (selector: string): Promise<number | undefined> => {
        const answer = await api.query(address, `sum(increase(${selector}[${PRESENT}ms]))`, signal);
        if (!answer.ok) notes.push(`present traffic of ${keyOf(metric)}: ${answer.error.message}`);
        return answer.ok && answer.value.type === "vector" ? (answer.value.values[0] ?? 0) : undefined;
      };
      const { total, bad, good } = metric.live;
      const requests = await count(total);
      const part = requests === undefined ? undefined : await count(bad ?? good ?? "");
      if (requests === undefined || part === undefined) continue;
      const events = bad === undefined ? requests - part : part;
      if (requests === 0)
        notes.push(`present traffic of ${keyOf(metric)}: no requests in the last 5 minutes`);
      else
        counts.set(keyOf(metric), { requests, bad: Math.min(requests, Math.max(0, events)), time: PRESENT });
    }
  } finally {
    api.close();
  }
  return { counts, notes };
}
