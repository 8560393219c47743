/**
 * The sample service that releases are shown with. Everything it does wrong is asked for by its environment:
 *
 *   PORT               where it listens, 8080
 *   SHOP_VERSION       what it answers and sends as x-version
 *   SHOP_FAIL_RATIO    share of `/` answered with 500: an exact share by counting, not by luck
 *   SHOP_FAIL_FIRST    this many first answers of `/` are 500
 *   SHOP_FAIL_AFTER    the ratio applies only from this time after the start, for instance 20s
 *   SHOP_LATENCY       pause before each answer of `/`, for instance 400ms
 *   SHOP_START_DELAY   time until /readyz answers 200
 *   SHOP_CRASH         with "1" the program ends with code 1 at once
 *
 * A POST to /readyz?ready=false takes its readiness away, ?ready=true gives it back; it answers all the same.
 *
 * No dependencies: Node runs this file as it is.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { hostname } from "node:os";

const env = process.env;

function readTime(name: string): number {
  const text = env[name] ?? "0s";
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m)$/.exec(text);
  if (!match) throw new RangeError(`${name}=${text} is no time; write for instance 400ms or 5s`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2] as "ms" | "s" | "m"];
}

function readNumber(name: string, largest: number): number {
  const value = Number(env[name] ?? "0");
  if (!(value >= 0 && value <= largest))
    throw new RangeError(`${name}=${env[name]} must be between 0 and ${largest}`);
  return value;
}

if (env.SHOP_CRASH === "1") {
  process.stderr.write('{"level":"error","message":"SHOP_CRASH=1: ends as asked"}\n');
  process.exit(1);
}

const port = Number(env.PORT ?? "8080");
const version = env.SHOP_VERSION ?? "dev";
const pod = hostname();
const failRatio = readNumber("SHOP_FAIL_RATIO", 1);
const failFirst = readNumber("SHOP_FAIL_FIRST", Number.MAX_SAFE_INTEGER);
const failAfter = readTime("SHOP_FAIL_AFTER");
const latency = readTime("SHOP_LATENCY");
const startDelay = readTime("SHOP_START_DELAY");

const started = performance.now();
let stopping = false;
let served = 0;
let counted = 0;

/** The n-th request fails where n × ratio passes a whole number. */
function mustFail(): boolean {
  served += 1;
  if (served <= failFirst) return true;
  if (failRatio === 0 || performance.now() - started < failAfter) return false;
  counted += 1;
  return Math.floor(counted * failRatio + 1e-9) > Math.floor((counted - 1) * failRatio + 1e-9);
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const requests = new Map<string, number>();
const buckets = new Array<number>(BUCKETS.length).fill(0);
let durations = 0;
let durationSum = 0;

function count(code: number, method: string, seconds: number): void {
  const labels = `code="${code}",method="${method}"`;
  requests.set(labels, (requests.get(labels) ?? 0) + 1);
  for (const [i, limit] of BUCKETS.entries()) if (seconds <= limit) buckets[i] = (buckets[i] ?? 0) + 1;
  durations += 1;
  durationSum += seconds;
}

function renderMetrics(): string {
  const name = "http_request_duration_seconds";
  return [
    "# TYPE http_requests_total counter",
    ...[...requests].map(([labels, value]) => `http_requests_total{${labels}} ${value}`),
    `# TYPE ${name} histogram`,
    ...BUCKETS.map((limit, i) => `${name}_bucket{le="${limit}"} ${buckets[i]}`),
    `${name}_bucket{le="+Inf"} ${durations}`,
    `${name}_sum ${durationSum}`,
    `${name}_count ${durations}`,
    "# TYPE shop_info gauge",
    `shop_info{version="${version}"} 1`,
    "",
  ].join("\n");
}

function send(response: ServerResponse, code: number, body: string, type = "application/json"): void {
  response.writeHead(code, {
    "content-type": type,
    "x-version": version,
    ...(stopping ? { connection: "close" } : {}),
  });
  response.end(body);
}

let withdrawn = false;
const ready = (): boolean => !stopping && !withdrawn && performance.now() - started >= startDelay;

/** Only real requests are counted: probes and scrapes must not dilute the share of errors. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const from = performance.now();
  const method = request.method ?? "GET";
  const { pathname } = new URL(request.url ?? "/", "http://shop");
  request.resume();
  const code = pathname === "/" ? (mustFail() ? 500 : 200) : 404;
  const answer = (): void => {
    send(response, code, `${JSON.stringify({ version, pod, ...(code === 200 ? {} : { error: code }) })}\n`);
    count(code, method, (performance.now() - from) / 1_000);
  };
  if (latency > 0 && pathname === "/") setTimeout(answer, latency);
  else answer();
}

const server = createServer((request, response) => {
  if (request.method === "POST" && request.url?.startsWith("/readyz?ready="))
    withdrawn = request.url.endsWith("=false");
  switch (request.url?.split("?")[0]) {
    case "/healthz":
      return send(response, 200, '{"status":"ok"}\n');
    case "/readyz":
      return send(response, ready() ? 200 : 503, `{"ready":${ready()}}\n`);
    case "/metrics":
      return send(response, 200, renderMetrics(), "text/plain; version=0.0.4");
    default:
      return serve(request, response);
  }
});

// Longer than any gateway keeps an idle connection: the side that closes first is never the one that is sent to.
server.keepAliveTimeout = 180_000;
server.headersTimeout = 185_000;
server.listen(port, "0.0.0.0", () => {
  const address = server.address(); // PORT=0 takes any free one
  const at = address !== null && typeof address === "object" ? address.port : port;
  process.stdout.write(`${JSON.stringify({ message: "listening", port: at, version, pod })}\n`);
});

process.on("SIGTERM", () => {
  stopping = true;
  process.stdout.write(`${JSON.stringify({ message: "stopping", pod })}\n`);
  server.close(() => process.exit(0)); // also closes idle connections; running requests finish first
  setTimeout(() => process.exit(0), 25_000).unref();
});
