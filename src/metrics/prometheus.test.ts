import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../test/support/look-context.ts";
import { RudeServer, reply } from "../../test/support/rude-server.ts";
import { check as checkSchema } from "../api/check.ts";
import { milliseconds } from "../base/duration.ts";
import { instant } from "../base/instant.ts";
import type { Look, LookContext } from "../ports/checks.ts";
import { PrometheusChecker } from "./prometheus.ts";
import { PrometheusApi } from "./prometheus-api.ts";

/** Seconds on the source's clock, which is an hour ahead of the controller's. */
const AHEAD = 3_600;
const FROM = 1_900_000_000;

describe("a share from Prometheus", () => {
  let server: RudeServer;
  let api: PrometheusApi;
  let checker: PrometheusChecker;
  let now = FROM;
  let total: [number, number][] = [];
  let bad: [number, number][] = [];
  const queries: string[] = [];

  beforeEach(async () => {
    [now, total, bad] = [FROM, [], []];
    queries.length = 0;
    server = await RudeServer.start();
    server.use(({ body }, response) => {
      const query = new URLSearchParams(body).get("query") ?? "";
      queries.push(query);
      const answer = (resultType: string, result: unknown) =>
        reply(response, 200, { status: "success", data: { resultType, result } });
      if (query === "time()") return answer("scalar", [now + AHEAD, String(now + AHEAD)]);
      const range = Number(/\[(\d+)ms\]$/.exec(query)?.[1]) / 1_000;
      const within = (query.startsWith("bad") ? bad : total)
        .map(([second, value]) => [FROM + AHEAD + second, String(value)] as const)
        .filter(([time]) => time > now + AHEAD - range && time <= now + AHEAD);
      return answer(
        "matrix",
        within.length === 0 ? [] : [{ metric: { __name__: query.split("[")[0] }, values: within }],
      );
    });
    api = new PrometheusApi({ defaultAddress: server.url });
    checker = new PrometheusChecker(api, () => milliseconds(now * 1_000));
  });
  afterEach(async () => {
    api.close();
    await server.stop();
  });

  const share = { bad: "bad", total: "total", max: 0.01 };
  const context = (more: Partial<LookContext>): LookContext =>
    lookContext(checkSchema.parse({ name: "errors", prometheus: { share } }), {
      target: { service: "s" },
      ...more,
    });
  const lookAt = (second: number): Promise<Look> => {
    now = FROM + second;
    return checker.look(context({ from: instant(FROM * 1_000), now: instant(now * 1_000) }));
  };

  it("is counted on the source's clock and told on ours", async () => {
    total = [
      [-1, 100],
      [0.5, 110],
      [1.5, 130],
    ];
    bad = [[-1, 90]];
    expect(await lookAt(2)).toEqual({
      kind: "share",
      bad: 0,
      total: 30,
      newest: instant((FROM + 1.5) * 1_000),
      series: 1,
    });
  });

  it("reads five minutes at first and then only what is new", async () => {
    total = Array.from({ length: 400 }, (_, i): [number, number] => [i - 300, i]);
    await lookAt(10);
    await lookAt(60);
    const ranges = queries
      .filter((query) => query.startsWith("total"))
      .map((query) => Number(/\[(\d+)ms\]/.exec(query)?.[1]));
    expect(ranges[0]).toBeGreaterThanOrEqual(310_000);
    expect(ranges[1]).toBeLessThan(80_000);
    expect(await lookAt(61)).toMatchObject({ total: 61 });
  });

  it("leaves bad requests for the next look that the total does not have yet", async () => {
    total = [
      [-1, 0],
      [1, 10],
    ];
    bad = [
      [-1, 0],
      [1, 0],
      [2, 10],
    ];
    expect(await lookAt(2)).toMatchObject({ bad: 0, total: 10 });
    total.push([2, 20]);
    expect(await lookAt(3)).toMatchObject({ bad: 10, total: 20 });
  });

  it("tells that a counter has just begun anew, until it has counted on", async () => {
    total = [
      [-1, 100],
      [1, 110],
      [2, 5],
    ];
    expect(await lookAt(2)).toMatchObject({ total: 15, restarted: true });
    total.push([3, 9]);
    expect(await lookAt(3)).toMatchObject({ total: 19, restarted: true });
    total.push([4, 12]);
    expect(await lookAt(4)).not.toHaveProperty("restarted");
  });

  it("waits for no counter that is scraped no more", async () => {
    total = [
      [-1, 100],
      [1, 110],
    ];
    bad = [
      [-1, 8],
      [1, 2],
    ];
    expect(await lookAt(1)).toMatchObject({ restarted: true });
    total.push([20, 200]);
    expect(await lookAt(20)).not.toHaveProperty("restarted");
  });

  it("refuses series of another service", async () => {
    total = [[1, 10]];
    server.use(({ body }, response) => {
      if (!body.includes("total")) return undefined;
      const values = [[FROM + AHEAD + 1, "10"]];
      const result = [{ metric: { __name__: "other" }, values }];
      return reply(response, 200, { status: "success", data: { resultType: "matrix", result } });
    });
    expect(await lookAt(2)).toMatchObject({ kind: "unreadable", reason: "OtherSeries" });
  });

  it("has nothing to say without a series of the total, and no address of its own", async () => {
    expect(await lookAt(2)).toMatchObject({ kind: "nothing", reason: "NoSeries" });
    const homeless = new PrometheusChecker(new PrometheusApi({}), () => milliseconds(0));
    checker = homeless;
    expect(await lookAt(2)).toMatchObject({ kind: "unreadable", reason: "NoAddress" });
  });

  it("starts anew after it was finished", async () => {
    total = [
      [-1, 100],
      [1, 110],
    ];
    await lookAt(2);
    await checker.finish(context({ looks: 1 }));
    expect(await lookAt(3)).toMatchObject({ total: 10 });
    const ranges = queries
      .filter((query) => query.startsWith("total"))
      .map((query) => Number(/\[(\d+)ms\]/.exec(query)?.[1]));
    expect(ranges.at(-1)).toBeGreaterThan(300_000);
  });
});
