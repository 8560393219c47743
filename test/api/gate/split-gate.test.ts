import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult } from "../../../src/api/verification.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { until } from "../../support/until.ts";
import { Exporter } from "./exporter.ts";
import { OneCheckGate } from "./one-check.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

/** Scrapes come each second. */
const STALE_AFTER = "3s";

describe("the observed share with a real Prometheus", () => {
  let gateway: Exporter;
  let prometheus: PrometheusProcess;
  let api: PrometheusApi;
  let gate: OneCheckGate;

  beforeAll(async () => {
    gateway = await Exporter.start();
    prometheus = await PrometheusProcess.start([{ job: "gateway", address: gateway.address, labels: {} }]);
    api = new PrometheusApi({ defaultAddress: prometheus.url });
    gate = new OneCheckGate(api);
  });
  afterEach(() => gate?.close());
  afterAll(async () => {
    api?.close();
    await prometheus?.stop();
    await gateway?.stop();
  });

  const scraped = async (times = 2): Promise<void> => {
    const before = gateway.scrapes;
    await until("further scrapes are over", () => gateway.scrapes >= before + times);
  };
  /** Counts requests that both sides got; the counters are of the case alone. */
  const count = (name: string, candidate: number, live: number): void => {
    const series = (service: string) => `requests_total{case="${name}",service="${service}"}`;
    gateway.add({
      ...(candidate === 0 ? {} : { [series("shop-green")]: candidate }),
      ...(live === 0 ? {} : { [series("shop-blue")]: live }),
    });
  };
  const start = (name: string, share: string, deadline = "1m"): (() => CheckResult) => {
    const side = (target: string) => `requests_total{case="${name}",service="{{target.${target}}}"}`;
    const split = { candidate: side("service"), live: side("baselineService") };
    return gate.start({
      name,
      target: { baselineService: "shop-blue", share },
      check: { name, window: "5s", prometheus: { split, interval: "250ms", staleAfter: STALE_AFTER } },
      deadline,
    });
  };
  const concluded = async (result: () => CheckResult, wanted: Partial<CheckResult>): Promise<CheckResult> => {
    const is = (): boolean =>
      result().verdict === wanted.verdict &&
      (wanted.reason === undefined || result().reason === wanted.reason);
    await until(`it is ${JSON.stringify(wanted)}; it is ${JSON.stringify(result())}`, is, 40_000);
    return result();
  };

  it("passes a split as asked, and counts neither what was before nor the scrape that still holds some of it", async () => {
    count("as-asked", 0, 5_000);
    await scraped();
    const result = start("as-asked", "20%");
    count("as-asked", 0, 1_000); // still the former split, in the scrape that the new one begins in
    await scraped(5);
    count("as-asked", 200, 800);
    const passed = await concluded(result, { verdict: "passed" });
    expect(passed).toMatchObject({ reason: "SplitAsAsked", value: 0.2, sampleSize: 1_000 });
    expect(passed.threshold).toBe("share 18 % to 22 %");
    expect(passed.message).toBe("200 of 1000 requests (20 %) reached the candidate; asked for 20%");
  });

  it("fails a gateway that halves the requests where 20 % were asked for, before the window is over", async () => {
    count("halves", 1, 1_000);
    await scraped();
    const result = start("halves", "20%");
    await scraped(5);
    count("halves", 100, 100);
    expect(await concluded(result, { verdict: "failed" })).toMatchObject({
      reason: "SplitDiffers",
      value: 0.5,
      sampleSize: 200,
    });
  });

  it("does not pass on too few requests, and says how many it needs", async () => {
    count("few", 0, 100);
    await scraped();
    const result = start("few", "5%", "7s");
    await scraped(5);
    count("few", 1, 19);
    const open = await concluded(result, { verdict: "inconclusive" });
    expect(open).toMatchObject({ reason: "TooFewSamples", sampleSize: 20 });
    expect(open.message).toMatch(/at least \d+ requests are needed/);
  });

  it("concludes nothing without a series of the live side", async () => {
    const result = start("nothing", "20%", "4s");
    expect(await concluded(result, { verdict: "inconclusive" })).toMatchObject({ reason: "NoSeries" });
  });

  it("takes a slot without a share for silent only once no new request is counted", async () => {
    count("retired", 500, 500);
    await scraped();
    const result = start("retired", "0%");
    count("retired", 10, 100);
    await concluded(result, { verdict: "pending", reason: "StillRequests" });
    count("retired", 1, 100);
    const silent = await concluded(result, { verdict: "passed" });
    expect(silent).toMatchObject({ reason: "NoNewRequests" });
    expect(silent.value).toBeGreaterThanOrEqual(10);
  });

  it("takes a slot whose backend never had a request for silent, as long as the live side is counted", async () => {
    count("never", 0, 500);
    await scraped();
    expect(await concluded(start("never", "0%"), { verdict: "passed" })).toMatchObject({
      reason: "NoNewRequests",
      value: 0,
    });
  });
});
