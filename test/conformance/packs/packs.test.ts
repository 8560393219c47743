import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Check } from "../../../src/api/check.ts";
import type { CheckResult } from "../../../src/api/verification.ts";
import { verificationTemplateSpec } from "../../../src/api/verification-template.ts";
import { seconds } from "../../../src/base/duration.ts";
import { bindTarget } from "../../../src/core/gate/bind-target.ts";
import { judge } from "../../../src/core/gate/judge.ts";
import { resolveChecks } from "../../../src/core/gate/resolve.ts";
import { ScrapeBench, second } from "../../support/scrape-bench.ts";
import * as exporters from "./exporters.ts";

const TARGET = { service: "shop-green", baselineService: "shop-blue", plan: "shop", slot: "green" } as const;
type Args = Readonly<Record<string, string>>;

/** The only check of a pack, as a release has it. */
function checkOf(pack: string, args: Args): Check {
  const file = new URL(`../../../probes/metrics/${pack}.yaml`, import.meta.url);
  const spec = verificationTemplateSpec.parse(parse(readFileSync(file, "utf8")).spec);
  const templateRef = { name: pack, kind: "ClusterVerificationTemplate" } as const;
  const resolution = resolveChecks([{ name: "errors", templateRef, args }], () => spec);
  if (!resolution.ok) throw new Error(resolution.message);
  const [check, ...more] = resolution.checks;
  if (check === undefined || more.length > 0) throw new Error(`${pack} has not one check`);
  const bound = bindTarget(check, { ...TARGET, namespace: "shop", version: "v2" });
  if (!bound.ok) throw new Error(bound.error);
  return bound.value;
}

/** The same check, read from a single endpoint that shows both sides. */
function scraped(check: Check): Check {
  const scrape = { service: { name: "exporter" }, path: "/metrics", scheme: "http", timeout: "1s" } as const;
  const direct = {
    scrape,
    source: "gateway",
    scrapeInterval: "250ms",
    podLabel: "pod",
    staleAfter: "15s",
  } as const;
  const { compare, prometheus } = check;
  if (compare !== undefined) return { ...check, compare: { ...compare, ...direct } };
  if (prometheus?.share === undefined) throw new Error("the pack has neither a comparison nor a share");
  // A share's limit is what a comparison calls its absolute guard, which needs no live side.
  const { bad = "", total, max } = prometheus.share;
  const side = { bad, total };
  const metric = { name: "errors", candidate: side, live: side, weight: 1, detect: "2%", tolerate: 1 };
  const { prometheus: _, ...rest } = check;
  const metrics = [{ ...metric, max: String(max) }];
  const judged = { alpha: 0.01, require: "detect", unacceptable: 2, interval: "1s" } as const;
  return { ...rest, compare: { ...judged, ...direct, metrics } };
}

let bench: ScrapeBench;
beforeEach(() => {
  bench = new ScrapeBench();
});
afterEach(() => bench.close());

/** Looks while 20 and 80 requests come in each look, of which a number is bad. */
async function run(
  check: Check,
  show: (shown: exporters.Shown) => void,
  { bad, baseline }: { readonly bad: number; readonly baseline: boolean },
): Promise<CheckResult> {
  let result: CheckResult | undefined;
  const { baselineService: _, ...alone } = TARGET;
  for (let n = 0; n < 80 && result?.verdict !== "failed"; n++) {
    show({
      candidate: { good: 1_000 + n * (20 - bad), bad: 3 + n * bad },
      live: { good: 9_000 + n * 80, bad: 9 },
    });
    const at = n / 4;
    const look = await bench.lookAt(check, at, { target: baseline ? TARGET : alone });
    const times = { from: second(0), window: seconds(15), deadline: second(900), at: second(at) };
    result = judge(check, result, look, { ...times, validator: "test" }).result;
    if (look.kind !== "compare") throw new Error(JSON.stringify(look));
  }
  if (result === undefined) throw new Error("no look was made");
  return result;
}

const COMPARED = { verdict: "passed", reason: "NoHarmShown" };
const GUARDED = { verdict: "notApplicable", reason: "NoBaseline" };
const PACKS: readonly [string, (shown: exporters.Shown) => string, Args?][] = [
  ["traefik-compare", exporters.traefik],
  ["traefik-golden-signals", exporters.traefik],
  ["istio-compare", exporters.istio],
  ["istio-golden-signals", exporters.istio],
  ["envoy-gateway-golden-signals", exporters.envoyGateway, { route: "shop" }],
  ["ingress-nginx-compare", exporters.ingressNginx],
  ["ingress-nginx-golden-signals", exporters.ingressNginx],
  ["haproxy-compare", exporters.haproxy],
  ["haproxy-golden-signals", exporters.haproxy],
  ["otel-http-compare", exporters.otel],
  ["otel-http-golden-signals", exporters.otel],
  ["http-compare", exporters.classic],
  ["http-golden-signals", exporters.classic],
];

describe.each(PACKS)("the pack %s", (pack, exporter, args = {}) => {
  const judged = async (bad: number): Promise<CheckResult> => {
    const server = await bench.serve();
    bench.services.set("exporter", [{ server }]);
    const check = scraped(checkOf(pack, args));
    const baseline = pack.endsWith("-compare");
    return run(check, (shown) => void bench.bodies.set(server, exporter(shown)), { bad, baseline });
  };

  it("finds errors of the candidate", async () => {
    expect(await judged(6)).toMatchObject({ verdict: "failed", reason: "HarmShown" });
  });

  it("leaves a healthy candidate alone, having counted its requests and no others", async () => {
    const result = await judged(0);
    expect(result).toMatchObject(pack.endsWith("-compare") ? COMPARED : GUARDED);
    expect(result.message).toMatch(
      pack.startsWith("envoy") ? /candidate 0 of 7900 / : /candidate 0 of 1580 /,
    );
  });
});

describe.each([
  ["http-compare-direct", exporters.classicPod, {}],
  [
    "http-compare-direct",
    exporters.otelPod,
    { metric: "http_server_request_duration_seconds_count", codeLabel: "http_response_status_code" },
  ],
] as const)("the pack %s of the pods themselves", (pack, page, args) => {
  const judged = async (bad: number): Promise<CheckResult> => {
    const [candidate, live] = [await bench.serve(), await bench.serve()];
    bench.services.set("shop-green", [{ server: candidate, pod: "green-1" }]);
    bench.services.set("shop-blue", [{ server: live, pod: "blue-1" }]);
    const check = checkOf(pack, { ...args, metricsPort: "metrics", detect: "5%" });
    const show = (shown: exporters.Shown): void => {
      bench.bodies.set(candidate, page(shown.candidate));
      bench.bodies.set(live, page(shown.live));
    };
    return run(check, show, { bad, baseline: true });
  };

  it("finds errors of the candidate", async () => {
    expect(await judged(6)).toMatchObject({ verdict: "failed", reason: "HarmShown" });
  });

  it("leaves a healthy candidate alone", async () => {
    expect(await judged(0)).toMatchObject(COMPARED);
  });
});
