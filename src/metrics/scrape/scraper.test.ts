import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RudeServer } from "../../../test/support/rude-server.ts";
import { ScrapeBench } from "../../../test/support/scrape-bench.ts";
import type { Look } from "../../core/gate/look.ts";

const arm = (service: string) => ({
  total: `requests_total{service="${service}"}`,
  bad: `requests_total{service="${service}",code=~"5.."}`,
});
const gateway = {
  scrapeInterval: "250ms",
  scrape: { service: { name: "traefik" }, port: "metrics", timeout: "300ms" },
  metrics: [{ name: "errors", candidate: arm("green"), live: arm("blue") }],
};
const pods = {
  source: "pods",
  scrapeInterval: "250ms",
  staleAfter: "2s",
  scrape: { port: 9090, timeout: "300ms" },
  metrics: [
    {
      name: "errors",
      candidate: { total: "requests_total", bad: 'requests_total{code="500"}' },
      live: { total: "requests_total", bad: 'requests_total{code="500"}' },
    },
  ],
};

const body = (rows: Readonly<Record<string, number>>): string =>
  Object.entries(rows)
    .map(([labels, value]) => `requests_total{${labels}} ${value}\n`)
    .join("");
const sums = (look: Look) =>
  look.kind === "compare"
    ? look.windows.map(({ metrics: [metric] }) => [
        metric?.candidate.requests,
        metric?.candidate.events,
        metric?.live.reduce((sum, { requests }) => sum + requests, 0),
        metric?.live.reduce((sum, { events }) => sum + events, 0),
      ])
    : look;
const blue = 'service="blue",code="200"';
const green = 'service="green",code="200"';
const bad = 'service="green",code="500"';

let bench: ScrapeBench;
let one: RudeServer;
beforeEach(async () => {
  bench = new ScrapeBench();
  one = await bench.serve();
  bench.services.set("traefik", [{ server: one }]);
});
afterEach(() => bench.close());

describe("direct scraping of a gateway", () => {
  it("asks nothing of a Service of another namespace that is not granted, at any look", async () => {
    const elsewhere = {
      ...gateway,
      scrape: { ...gateway.scrape, timeout: "20s", service: { name: "traefik", namespace: "gateways" } },
    };
    bench.bodies.set(one, body({ [blue]: 1_000 }));
    expect(await bench.look(elsewhere, 0)).toMatchObject({ kind: "compare" });
    const before = one.requests.length;
    bench.granted = false;
    expect(await bench.look(elsewhere, 0.25)).toMatchObject({ kind: "unreadable", reason: "NotGranted" });
    expect(one.requests).toHaveLength(before);
    bench.granted = true;
    expect(await bench.look(elsewhere, 0.5)).toMatchObject({ kind: "compare" });
  });

  it("counts both sides from the first scrape on, and a series that comes later from 0", async () => {
    bench.bodies.set(one, body({ [blue]: 1_000, [green]: 500 }));
    expect(sums(await bench.look(gateway, 0))).toEqual([[0, 0, 0, 0]]);
    bench.bodies.set(one, body({ [blue]: 1_080, [green]: 514, [bad]: 6 }));
    expect(sums(await bench.look(gateway, 0.25))).toEqual([[20, 6, 80, 0]]);
    bench.bodies.set(one, body({ [blue]: 1_085, [green]: 515, [bad]: 6 }));
    expect(sums(await bench.look(gateway, 0.5))).toEqual([[1, 0, 5, 0]]);
  });

  it("goes on after a restart of the gateway, whose counters begin anew", async () => {
    bench.bodies.set(one, body({ [blue]: 1_000, [green]: 500 }));
    await bench.look(gateway, 0);
    bench.bodies.set(one, body({ [blue]: 8, [green]: 2 }));
    expect(sums(await bench.look(gateway, 0.25))).toEqual([[2, 0, 8, 0]]);
  });

  it("takes a scrape that failed for a missing sample: the next one has what it would have had", async () => {
    bench.bodies.set(one, body({ [blue]: 10, [green]: 5 }));
    await bench.look(gateway, 0);
    bench.bodies.set(one, "<html>");
    expect(await bench.look(gateway, 0.25)).toMatchObject({
      kind: "unreadable",
      reason: "NotMetrics",
      message: expect.stringMatching(/^127\.0\.0\.1:\d+: line 1 is no sample/),
    });
    bench.bodies.set(one, body({ [blue]: 30, [green]: 11 }));
    expect(sums(await bench.look(gateway, 0.5))).toEqual([[6, 0, 20, 0]]);
  });

  it("judges what one endpoint counts while another is slow, and the slow one's later", async () => {
    const two = await bench.serve();
    bench.services.set("traefik", [{ server: one }, { server: two }]);
    for (const server of [one, two]) bench.bodies.set(server, body({ [blue]: 10, [green]: 5 }));
    expect(sums(await bench.look(gateway, 0))).toEqual([[0, 0, 0, 0]]);
    bench.bodies.set(one, body({ [blue]: 20, [green]: 6 }));
    bench.bodies.set(two, undefined);
    expect(sums(await bench.look(gateway, 0.25))).toEqual([[1, 0, 10, 0]]);
    bench.bodies.set(two, body({ [blue]: 50, [green]: 25 }));
    // The slow scrape ends by its time-out; the one after it brings all.
    let seen = await bench.look(gateway, 0.5);
    for (let i = 3; sums(seen).toString() === "0,0,0,0"; i++) seen = await bench.look(gateway, i / 4);
    expect(sums(seen)).toEqual([[20, 0, 40, 0]]);
  });

  it("says which endpoint is silent although others answer", async () => {
    const two = await bench.serve();
    bench.services.set("traefik", [{ server: one }, { server: two }]);
    for (const server of [one, two]) bench.bodies.set(server, body({ [blue]: 10, [green]: 5 }));
    await bench.look(gateway, 0);
    bench.bodies.set(two, "<html>");
    await bench.look(gateway, 1);
    expect(await bench.look(gateway, 16)).toMatchObject({
      kind: "unreadable",
      reason: "Silent",
      message: expect.stringMatching(
        /^1 of 2 endpoints gave no metrics for up to 16s; 127\.0\.0\.1:\d+: line/,
      ),
    });
  });

  it("connects to no address that the policy forbids", async () => {
    bench.forbidden.add(one.port);
    expect(await bench.look(gateway, 0)).toMatchObject({ kind: "unreadable", reason: "ForbiddenAddress" });
    expect(one.connections).toBe(0);
  });

  it("has no evidence where the live side has no series", async () => {
    bench.bodies.set(one, body({ [green]: 5 }));
    expect(await bench.look(gateway, 0)).toMatchObject({ kind: "nothing", reason: "NoSeries" });
  });

  it.each([
    ["NoService", { scrape: { service: { name: "nobody" } } }],
    ["NoPort", { scrape: { service: { name: "traefik" }, port: "web" } }],
    ["NoEndpoints", { scrape: { service: { name: "empty" } } }],
    ["PatternTooSlow", { metrics: [{ name: "errors", candidate: slowArm(), live: arm("blue") }] }],
  ])("says %s", async (reason, more) => {
    bench.services.set("empty", []);
    bench.bodies.set(one, body({ [`service="${"a".repeat(40)}b"`]: 1 }));
    expect(await bench.look({ ...gateway, ...more }, 0)).toMatchObject({ kind: "unreadable", reason });
  });
});

function slowArm() {
  return { total: 'requests_total{service=~"(a+)+$"}', bad: 'requests_total{service=~"(a+)+$",code="500"}' };
}

describe("direct scraping of pods", () => {
  const ok = 'code="200"';
  const failed = 'code="500"';
  let live: RudeServer;
  beforeEach(async () => {
    live = await bench.serve();
    bench.services.set("shop-green", [{ server: one, pod: "green-1" }]);
    bench.services.set("shop-blue", [{ server: live, pod: "blue-1" }]);
  });

  /** Looks each quarter of a second; the windows of one second that were closed meanwhile. */
  async function run(from: number, to: number): Promise<readonly unknown[]> {
    const all: unknown[] = [];
    for (let second = from; second <= to; second += 0.25) {
      const look = sums(await bench.look(pods, second));
      if (!Array.isArray(look)) throw new Error(JSON.stringify(look));
      all.push(...look.filter((window) => window.some((count) => (count ?? 0) > 0)));
    }
    return all;
  }

  it("gives each side its own pods under one selector, four scrapes a window", async () => {
    bench.bodies.set(one, body({ [ok]: 100 }));
    bench.bodies.set(live, body({ [ok]: 900 }));
    expect(await run(0, 0.5)).toEqual([]);
    bench.bodies.set(one, body({ [ok]: 103, [failed]: 2 }));
    bench.bodies.set(live, body({ [ok]: 940 }));
    expect(await run(0.75, 2.5)).toEqual([[5, 2, 40, 0]]);
  });

  it("begins with a pod that comes late at what it has counted, and keeps what one that is gone counted", async () => {
    const late = await bench.serve();
    bench.bodies.set(one, body({ [ok]: 0 }));
    bench.bodies.set(live, body({ [ok]: 0 }));
    await run(0, 0.25);
    bench.bodies.set(live, body({ [ok]: 30 }));
    await run(0.5, 0.5);
    bench.services.set("shop-blue", [{ server: late, pod: "blue-2" }]);
    bench.bodies.set(late, body({ [ok]: 7_000 }));
    expect(await run(0.75, 1.25)).toEqual([[0, 0, 30, 0]]);
    bench.bodies.set(late, body({ [ok]: 7_004 }));
    expect(await run(1.5, 2.5)).toEqual([[0, 0, 4, 0]]);
  });

  it("keeps the pods of the live side apart by the label pod", async () => {
    const second = await bench.serve();
    bench.services.set("shop-blue", [
      { server: live, pod: "blue-1" },
      { server: second, pod: "blue-2" },
    ]);
    for (const server of [one, live, second]) bench.bodies.set(server, body({ 'pod="mine"': 1 }));
    await run(0, 0.25);
    bench.bodies.set(live, body({ 'pod="mine"': 3 }));
    bench.bodies.set(second, body({ 'pod="mine"': 6 }));
    await run(0.5, 1);
    const look = await bench.look(pods, 1.5);
    const windows = look.kind === "compare" ? look.windows : [];
    expect(windows.flatMap(({ metrics }) => metrics.flatMap((metric) => metric.live))).toEqual([
      { pod: "blue-1", requests: 2, events: 0 },
      { pod: "blue-2", requests: 5, events: 0 },
    ]);
  });
});
