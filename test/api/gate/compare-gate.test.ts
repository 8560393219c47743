import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult, Verification } from "../../../src/api/verification.ts";
import { verificationSpec } from "../../../src/api/verification.ts";
import { renderInstant } from "../../../src/base/instant.ts";
import { GateRunner } from "../../../src/controller/gate/runner.ts";
import { CompareChecker } from "../../../src/metrics/compare.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { silentLog } from "../../../src/ports/log.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { testScraper } from "../../support/scraper.ts";
import { until } from "../../support/until.ts";
import { Exporter } from "./exporter.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

/** Requests and errors of one scrape. */
interface Counts {
  readonly candidate: readonly [requests: number, errors: number];
  readonly live: readonly [requests: number, errors: number];
}

describe("a comparison with a real Prometheus", () => {
  let gateway: Exporter;
  let prometheus: PrometheusProcess;
  let api: PrometheusApi;
  let runner: GateRunner | undefined;
  let traffic: NodeJS.Timeout | undefined;

  beforeAll(async () => {
    gateway = await Exporter.start();
    prometheus = await PrometheusProcess.start([{ job: "gateway", address: gateway.address, labels: {} }]);
    api = new PrometheusApi({ defaultAddress: prometheus.url });
  });
  afterEach(async () => {
    clearInterval(traffic);
    await runner?.close();
    runner = undefined;
  });
  afterAll(async () => {
    api?.close();
    await prometheus?.stop();
    await gateway?.stop();
  });

  /** Counts requests again and again; the counters are of the case alone. */
  const send = (name: string, { candidate, live }: Counts): void => {
    clearInterval(traffic);
    const series = (service: string, code: number) =>
      `requests_total{case="${name}",service="${service}",code="${code}"}`;
    const count = (): void =>
      gateway.add({
        [series("shop-green", 200)]: candidate[0] - candidate[1],
        [series("shop-blue", 200)]: live[0] - live[1],
        ...(candidate[1] === 0 ? {} : { [series("shop-green", 500)]: candidate[1] }),
        ...(live[1] === 0 ? {} : { [series("shop-blue", 500)]: live[1] }),
      });
    count();
    traffic = setInterval(count, 200);
  };
  const verificationOf = (name: string, share: string, more: object = {}): Verification => {
    const arm = (target: string) => ({
      total: `requests_total{case="${name}",service="{{target.${target}}}"}`,
      bad: `requests_total{case="${name}",service="{{target.${target}}}",code="500"}`,
    });
    const metrics = [{ name: "errors", candidate: arm("service"), live: arm("baselineService"), ...more }];
    const compare = { metrics, scrapeInterval: "1s", interval: "250ms", staleAfter: "5s" };
    return {
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Verification",
      metadata: { name, namespace: "shop", uid: name, generation: 1 },
      spec: verificationSpec.parse({
        releaseRef: { name: "shop-2" },
        target: { service: "shop-green", baselineService: "shop-blue", plan: "shop", slot: "green", share },
        from: renderInstant(systemClock.now()),
        deadline: "1m",
        checks: [{ name, window: "5s", compare }],
      }),
    };
  };
  const start = (verification: Verification): (() => CheckResult) => {
    const made = new GateRunner({
      checkers: [new CompareChecker(api, testScraper(), () => systemClock.monotonic())],
      clock: systemClock,
      writeStatus: async () => {},
      validator: "test",
      random: Math.random,
      log: silentLog,
    });
    runner = made;
    made.observe(verification);
    return () => {
      const [result] = made.results(verification.metadata.uid ?? "") ?? [];
      if (result === undefined) throw new Error("the verification has no result");
      return result;
    };
  };
  const concluded = async (result: () => CheckResult, verdict: string): Promise<CheckResult> => {
    await until(
      `it is ${verdict}; it is ${JSON.stringify(result())}`,
      () => result().verdict === verdict,
      40_000,
    );
    return result();
  };

  it("passes a healthy candidate that has no error at all, at the end of its window", async () => {
    send("healthy", { candidate: [20, 0], live: [80, 0] });
    const passed = await concluded(start(verificationOf("healthy", "20%")), "passed");
    expect(passed).toMatchObject({ reason: "NoHarmShown", value: 0, threshold: "errors no worse than live" });
    expect(passed.sampleSize).toBeGreaterThan(1_000);
    expect(passed.confidence).toMatch(/errors \+\d/);
  });

  it("does not blame the candidate for errors that both sides have, and fails it for more of its own", async () => {
    send("both", { candidate: [20, 2], live: [80, 8] });
    const result = start(verificationOf("both", "20%"));
    await until("some windows are over", () => (result().sampleSize ?? 0) > 1_000, 40_000);
    expect(result().verdict).not.toBe("failed");
    send("both", { candidate: [20, 12], live: [80, 8] });
    expect(await concluded(result, "failed")).toMatchObject({ reason: "HarmShown" });
  });

  it("goes on with what a former controller had counted", async () => {
    send("restart", { candidate: [20, 0], live: [80, 0] });
    const verification = verificationOf("restart", "20%");
    const first = start(verification);
    await until("some windows are over", () => (first().sampleSize ?? 0) > 1_000, 40_000);
    const stored = JSON.parse(JSON.stringify(first())) as CheckResult;
    await runner?.close();
    const status = { observedGeneration: 1, startedAt: renderInstant(systemClock.now()), results: [stored] };
    const second = start({ ...verification, status });
    expect(second().memory).toEqual(stored.memory);
    await until("it has looked again", () => (second().sampleSize ?? 0) > (stored.sampleSize ?? 0), 40_000);
    send("restart", { candidate: [20, 15], live: [80, 0] });
    const failed = await concluded(second, "failed");
    // What both controllers counted, and nothing twice: the gateway itself knows no more.
    expect(failed.sampleSize).toBeGreaterThan(stored.sampleSize ?? 0);
    expect(failed.message).toMatch(
      /^errors: candidate \d+ of \d+ .* live 0 of \d+ \(0 %\) bad: the candidate is worse$/,
    );
  });

  it("does not apply at 100 %, where its absolute guard is judged", async () => {
    send("alone", { candidate: [100, 0], live: [0, 0] });
    const calm = await concluded(start(verificationOf("alone", "100%", { max: "5%" })), "notApplicable");
    expect(calm.message).toMatch(/^not applicable: no baseline/);
    await runner?.close();
    send("guarded", { candidate: [100, 30], live: [0, 0] });
    const bad = await concluded(start(verificationOf("guarded", "100%", { max: "5%" })), "failed");
    expect(bad.message).toMatch(/: above 5%$/);
  });
});
