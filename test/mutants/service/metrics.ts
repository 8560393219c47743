import type { ServerResponse } from "node:http";
import { mutation } from "./mutations.ts";

const EDGES = [0.05, 0.1, 0.25, 0.5, 1];
const requests = new Map<string, number>();
const buckets = new Array<number>(EDGES.length).fill(0);
let count = 0;
let sum = 0;

/** Counts a request of a user. */
export function countRequest(status: number, seconds: number): void {
  const labels = `code="${status}",method="GET"`;
  requests.set(labels, (requests.get(labels) ?? 0) + 1);
  for (const [i, edge] of EDGES.entries()) if (seconds <= edge) buckets[i] = (buckets[i] ?? 0) + 1;
  count += 1;
  sum += seconds;
}

const started = performance.now();

/** What only supervision looks at. The series that goes stale is there long enough to be seen first. */
function jobLines(age: number): readonly string[] {
  const gone = mutation === "no-series" || (mutation === "stale-series" && age > 8);
  return [
    ...(gone ? [] : ["# TYPE mail_sent_total counter", `mail_sent_total ${Math.floor(age)}`]),
    "# TYPE service_warnings gauge",
    `service_warnings ${mutation === "new-warning" && age > 8 ? 1 : 0}`,
  ];
}

/** The classic text format. */
export function serveMetrics(response: ServerResponse): void {
  const name = "http_request_duration_seconds";
  const lines = [
    "# TYPE http_requests_total counter",
    ...[...requests].map(([labels, value]) => `http_requests_total{${labels}} ${value}`),
    `# TYPE ${name} histogram`,
    ...EDGES.map((edge, i) => `${name}_bucket{le="${edge}"} ${buckets[i]}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
    ...jobLines((performance.now() - started) / 1_000),
    "",
  ];
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
  response.end(lines.join("\n"));
}
