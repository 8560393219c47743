/** What a Prometheus, or what stands in front of it, says in place of the truth. */
import type { ServerResponse } from "node:http";
import { type Lie, say, type WireSeries } from "../../lab/lying-prometheus.ts";
import { drip, reply } from "../../support/rude-server.ts";

export interface PrometheusLie {
  readonly title: string;
  /** A lie of its own for each run, as some remember what they have told. */
  readonly lie: () => Lie;
  /** What the check's last look may find. */
  readonly reason: RegExp;
  /** How long the check looks, where what is told must be held against what was told before. */
  readonly window?: string;
  /** One of those that `make test` runs. */
  readonly inBrief?: true;
}

type Values = WireSeries["values"];

/** Where there is something to lie about, it is told in another way. */
const told =
  (change: (series: readonly WireSeries[], query: string) => readonly WireSeries[]) =>
  (): Lie =>
  ({ series, query }, response) =>
    series.length === 0 ? undefined : say(response, change(series, query));
const valued = (change: (values: Values) => Values) =>
  told((series) => series.map(({ metric, values }) => ({ metric, values: change(values) })));
export const noSeries = told(() => []);
const moved = (seconds: number) =>
  valued((values) => values.map(([at, value]) => [at + seconds, value] as const));
const broken =
  (answer: (response: ServerResponse, body: string) => "done") =>
  (): Lie =>
  ({ body }, response) =>
    answer(response, body);

/** Half of what was announced, and then nothing more. */
function cutOff(response: ServerResponse, body: string): "done" {
  const { length } = body;
  response.writeHead(200, { "content-type": "application/json", "content-length": String(length) });
  response.write(body.slice(0, length / 2), () => response.destroy());
  return "done";
}

/** Half of it, and a proper end. */
const cutShort = (response: ServerResponse, body: string): "done" =>
  reply(response, 200, body.slice(0, body.length / 2));

const PAGE = "<!doctype html><title>Sign in</title><form method=post><input name=user></form>";
const HOUR = 3_600;
/** Seconds of a time that does not come. */
const DOOMSDAY = 10_000_000_000;

/** Lies from which nothing can be known: no release may be passed on them. */
export const NOTHING_KNOWN: readonly PrometheusLie[] = [
  { title: "no series", lie: noSeries, reason: /^(NoSeries|Silent)$/, inBrief: true },
  {
    title: "NaN in place of every value",
    lie: valued((values) => values.map(([at]) => [at, "NaN"] as const)),
    reason: /^(NoSeries|Silent)$/,
  },
  { title: "samples of an hour ago", lie: moved(-HOUR), reason: /^(Stale|NoTraffic)$/ },
  { title: "samples of an hour to come", lie: moved(HOUR), reason: /^FutureSamples$/ },
  {
    title: "the series of the other slot",
    lie: told((series) => series.map(({ metric, values }) => ({ metric: swapped(metric), values }))),
    reason: /^OtherSeries$/,
    inBrief: true,
  },
  {
    title: "counters that fall from sample to sample",
    lie: valued((values) => values.map(([at]) => [at, String(10 * (DOOMSDAY - Math.round(at)))] as const)),
    // A new pod is scraped up to six seconds after it runs.
    window: "9s",
    reason: /^(BadValue|CounterRestarted)$/,
    inBrief: true,
  },
  { title: "an answer that is cut off", lie: broken(cutOff), reason: /^Unreachable$/, inBrief: true },
  { title: "half an answer", lie: broken(cutShort), reason: /^NotPrometheus$/ },
  {
    title: "a page to sign in at",
    lie: broken((response) => reply(response, 200, PAGE, { "content-type": "text/html" })),
    reason: /^NotPrometheus$/,
    inBrief: true,
  },
  {
    title: "an answer that never ends",
    lie: broken((response) => drip(response)),
    reason: /^(LookTimeout|Timeout)$/,
  },
];

function swapped({ bascule_slot: slot, ...rest }: WireSeries["metric"]): WireSeries["metric"] {
  return { ...rest, bascule_slot: slot === "blue" ? "green" : "blue" };
}

/** The truth, after a lie has been told so many times. */
export function firstTimes(most: number, lie: Lie): Lie {
  let times = 0;
  return (truth, response) => {
    const done = times < most ? lie(truth, response) : undefined;
    if (done !== undefined) times += 1;
    return done;
  };
}

/** Of every second answer about errors, all requests are errors. */
export function flipping(): Lie {
  let all: readonly WireSeries[] = [];
  let nth = 0;
  return ({ query, series }, response) => {
    if (!query.includes("code=~")) {
      all = series;
      return undefined;
    }
    if (all.length === 0) return undefined;
    nth += 1;
    if (nth % 2 === 1) return undefined;
    return say(
      response,
      all.map(({ metric, values }) => ({ metric: { ...metric, code: "500" }, values })),
    );
  };
}

/** As if every process that counts had begun anew, once, after its first answer. */
export function resetOnce(): Lie {
  const bases = new Map<string, readonly [at: number, value: number]>();
  return ({ series }, response) => {
    const changed = series.map(({ metric, values }) => {
      const key = JSON.stringify(metric);
      const [at, value] = values.at(-1) ?? [0, "0"];
      const [since, base] = bases.get(key) ?? [at, Number(value)];
      bases.set(key, [since, base]);
      const anew = values.map(([at, value]) =>
        at > since ? ([at, String(Number(value) - base)] as const) : ([at, value] as const),
      );
      return { metric, values: anew };
    });
    return JSON.stringify(changed) === JSON.stringify(series) ? undefined : say(response, changed);
  };
}

/** As if a process that counted more had gone a minute before, and this one begun under its name. */
export const afterAnother = valued(([first = [0, "0"], ...rest]) => {
  const [at, value] = first;
  return [[at - 60, String(Number(value) + 1_000)], first, ...rest];
});
