import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult } from "../../../src/api/verification.ts";
import { verificationSpec } from "../../../src/api/verification.ts";
import { hours, seconds } from "../../../src/base/duration.ts";
import { instant, plus } from "../../../src/base/instant.ts";
import { PrometheusChecker } from "../../../src/metrics/prometheus.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { lookContext } from "../../support/look-context.ts";
import { until } from "../../support/until.ts";
import { Exporter } from "./exporter.ts";
import { OneCheckGate } from "./one-check.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

const { monotonic } = systemClock;
const requests = (name: string, code: number): string => `http_requests_total{case="${name}",code="${code}"}`;
const shareOf = (name: string, more: object = {}) => ({
  bad: `http_requests_total{case="${name}",code=~"5.."}`,
  total: `http_requests_total{case="${name}"}`,
  max: 0.01,
  ...more,
});

describe("the gate with a real Prometheus", () => {
  let exporter: Exporter;
  let fragile: Exporter;
  let prometheus: PrometheusProcess;
  let api: PrometheusApi;
  let gate: OneCheckGate;

  beforeAll(async () => {
    [exporter, fragile] = [await Exporter.start(), await Exporter.start()];
    const labels = { namespace: "shop", bascule_plan: "shop", bascule_slot: "green" };
    prometheus = await PrometheusProcess.start([
      { job: "shop", address: exporter.address, labels },
      { job: "fragile", address: fragile.address, labels },
    ]);
    api = new PrometheusApi({ defaultAddress: prometheus.url });
    gate = new OneCheckGate(api);
  });
  afterEach(() => gate?.close());
  afterAll(async () => {
    api?.close();
    await prometheus?.stop();
    await exporter?.stop();
    await fragile?.stop();
  });

  /** Waits until what the exporter says now is in the store. */
  const scraped = async (of = exporter): Promise<void> => {
    const before = of.scrapes;
    await until("two further scrapes are over", () => of.scrapes >= before + 2);
  };

  /** Starts one check; the controller's clock may be wrong by `skew`. */
  const start = (check: object, { deadline = "1m", skew = seconds(0) } = {}): (() => CheckResult) => {
    const name = `v${performance.now()}`;
    const now = () => plus(systemClock.now(), skew);
    return gate.start({ name, check: { name: "errors", window: "3s", ...check }, deadline, now });
  };
  const share = (name: string, more: object = {}, options: object = {}) =>
    start({ prometheus: { share: shareOf(name, more), interval: "250ms", staleAfter: "5s" } }, options);
  /** The clocks are compared by then: what is counted from here on lies after the start for certain. */
  const looked = (result: () => CheckResult) => until("a look was made", () => (result().looks ?? 0) > 0);
  const verdict = async (result: () => CheckResult, wanted: CheckResult["verdict"]): Promise<CheckResult> => {
    await until(
      `the verdict is ${wanted}; it is ${JSON.stringify(result())}`,
      () => result().verdict === wanted,
      40_000,
    );
    return result();
  };

  it("passes a healthy candidate that has no error series at all", async () => {
    exporter.add({ [requests("healthy", 200)]: 10 });
    await scraped();
    const result = share("healthy");
    await looked(result);
    exporter.add({ [requests("healthy", 200)]: 300 });
    expect(await verdict(result, "passed")).toMatchObject({
      reason: "WithinLimit",
      value: 0,
      sampleSize: 300,
    });
  });

  it("is inconclusive at the deadline for a candidate without traffic, with and without series", async () => {
    exporter.add({ [requests("idle", 200)]: 500 });
    await scraped();
    const idle = share("idle", {}, { deadline: "5s" });
    expect(await verdict(idle, "inconclusive")).toMatchObject({ reason: "NoTraffic", sampleSize: 0 });
    await gate.close();
    const unknown = share("never-seen", {}, { deadline: "5s" });
    expect(await verdict(unknown, "inconclusive")).toMatchObject({ reason: "NoSeries" });
  });

  it("does not judge errors that the slot's previous occupant left behind", async () => {
    exporter.add({ [requests("left", 500)]: 700, [requests("left", 200)]: 300 });
    await scraped();
    const result = share("left");
    await looked(result);
    exporter.add({ [requests("left", 200)]: 100 });
    expect(await verdict(result, "passed")).toMatchObject({ value: 0, sampleSize: 100 });
  });

  it("counts the errors of series that are born after the start, and of a pod that restarted", async () => {
    exporter.set({ [requests("born", 200)]: 1_000 });
    await scraped();
    const result = share("born", { max: 0.5 });
    await looked(result);
    exporter.set({ [requests("born", 200)]: 40, [requests("born", 503)]: 4 });
    expect(await verdict(result, "passed")).toMatchObject({ sampleSize: 44, value: 4 / 44 });
  });

  it("passes with one bad answer in a thousand, and fails at the window's end where less is allowed", async () => {
    exporter.add({ [requests("one", 200)]: 1 });
    await scraped();
    const result = share("one");
    await looked(result);
    exporter.add({ [requests("one", 200)]: 999, [requests("one", 500)]: 1 });
    expect(await verdict(result, "passed")).toMatchObject({ value: 0.001, sampleSize: 1_000 });
    await gate.close();
    const strict = share("one", { max: 0.0005 });
    await looked(strict);
    exporter.add({ [requests("one", 200)]: 999, [requests("one", 500)]: 1 });
    const failed = await verdict(strict, "failed");
    expect(failed).toMatchObject({ reason: "AboveLimit", value: 0.001 });
    expect(Date.parse(failed.finishedAt!) - Date.parse(failed.windowStart!)).toBeGreaterThanOrEqual(3_000);
  });

  it("fails within about one scrape and one look of the first errors", async () => {
    exporter.add({ [requests("harm", 200)]: 100 });
    await scraped();
    const result = share("harm");
    await looked(result);
    const from = performance.now();
    exporter.add({ [requests("harm", 500)]: 30, [requests("harm", 200)]: 70 });
    expect(await verdict(result, "failed")).toMatchObject({ reason: "HarmShown" });
    const took = performance.now() - from;
    console.info(`from the errors to the verdict: ${Math.round(took)} ms`);
    // One scrape (1 s), one look (250 ms), and room for a busy machine.
    expect(took).toBeLessThan(5_000);
  });

  it.each([hours(1), hours(-1)])(
    "judges the same when the controller's clock is wrong by %d ms",
    async (skew) => {
      const name = `skew${skew}`;
      exporter.add({ [requests(name, 500)]: 50, [requests(name, 200)]: 50 });
      await scraped();
      const result = share(name, {}, { skew });
      await looked(result);
      exporter.add({ [requests(name, 200)]: 200 });
      expect(await verdict(result, "passed")).toMatchObject({ value: 0, sampleSize: 200 });
    },
  );

  it("counts the same from the start anew as look by look", async () => {
    exporter.add({ [requests("anew", 200)]: 10 });
    await scraped();
    const kept = new PrometheusChecker(api, monotonic);
    const from = instant(Date.now());
    const look = (checker: PrometheusChecker) => {
      const { checks } = verificationSpec.parse({
        target: { service: "s" },
        checks: [{ name: "errors", prometheus: { share: shareOf("anew") } }],
      });
      const [check] = checks;
      if (check === undefined) throw new Error("no check");
      return checker.look(lookContext(check, { target: { service: "s" }, from }));
    };
    await look(kept);
    await scraped();
    for (let round = 1; round <= 4; round++) {
      exporter.add({ [requests("anew", 200)]: 7, [requests("anew", 500)]: round % 2 });
      await look(kept);
      await scraped();
    }
    const [a, b] = [await look(kept), await look(new PrometheusChecker(api, monotonic))];
    expect(a).toMatchObject({ kind: "share", bad: 2, total: 30 });
    expect(b).toMatchObject({ kind: "share", bad: 2, total: 30 });
  });

  it("counts slow requests by the bucket of the longest accepted time, and refuses one that is no edge", async () => {
    const bucket = (le: string) => `http_request_duration_seconds_bucket{case="slow",le="${le}"}`;
    const limit = (le: string) => ({ good: bucket(le), total: bucket("+Inf"), max: 0.1 });
    exporter.set({ [bucket("0.5")]: 100, [bucket("+Inf")]: 100 });
    await scraped();
    const result = start({ prometheus: { share: limit("0.5"), interval: "250ms" } });
    await looked(result);
    exporter.add({ [bucket("0.5")]: 95, [bucket("+Inf")]: 100 });
    expect(await verdict(result, "passed")).toMatchObject({ value: 0.05, sampleSize: 100 });
    await gate.close();
    const wrong = start({ prometheus: { share: limit("0.4"), interval: "250ms" } });
    expect(await verdict(wrong, "error")).toMatchObject({ reason: "NoGoodSeries" });
  });

  it("never passes on several series, and says how many there are", async () => {
    exporter.set({
      'gauge{case="several",pod="a"}': 0.1,
      'gauge{case="several",pod="b"}': 7,
      'gauge{case="several",pod="c"}': 0.2,
    });
    await scraped();
    const result = start(
      { prometheus: { query: { expr: 'gauge{case="several"}', max: 1 }, interval: "250ms" } },
      { deadline: "4s" },
    );
    expect(await verdict(result, "error")).toMatchObject({
      reason: "SeveralSeries",
      message: expect.stringContaining("3 values"),
    });
    await until("the deadline is over", () => (result().looks ?? 0) > 20);
    expect(result().verdict).toBe("error");
  });

  it("takes a query's NaN and failure for errors, and one number for a value", async () => {
    exporter.set({ 'gauge{case="value"}': 0.5 });
    await scraped();
    const query = (expr: string) => start({ prometheus: { query: { expr, max: 1 }, interval: "250ms" } });
    expect(await verdict(query("vector(0) / vector(0)"), "error")).toMatchObject({ reason: "NotANumber" });
    await gate.close();
    expect(await verdict(query("sum("), "error")).toMatchObject({
      reason: "QueryFailed",
      message: expect.stringContaining("parse error"),
    });
    await gate.close();
    expect(
      await verdict(query('max(max_over_time(gauge{case="value"}[{{window}}]))'), "passed"),
    ).toMatchObject({ value: 0.5 });
  });

  it("refuses counters that are none", async () => {
    exporter.set({ [requests("fraction", 200)]: 1.5 });
    await scraped();
    expect(await verdict(share("fraction"), "error")).toMatchObject({
      reason: "BadValue",
      message: expect.stringContaining("fractional"),
    });
  });

  it("is an error when the scrape falls silent, and recovers when it comes back", async () => {
    fragile.add({ [requests("silent", 200)]: 10 });
    await scraped(fragile);
    const result = share("silent");
    await looked(result);
    fragile.add({ [requests("silent", 200)]: 300 });
    await verdict(result, "passed");
    fragile.broken = true;
    expect(await verdict(result, "error")).toMatchObject({ reason: "Stale", sampleSize: 300 });
    fragile.broken = false;
    expect(await verdict(result, "passed")).toMatchObject({ sampleSize: 300 });
  });
});
