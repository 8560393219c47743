import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type VerificationEntry, verificationEntry } from "../../api/check.ts";
import { type VerificationTemplateSpec, verificationTemplateSpec } from "../../api/verification-template.ts";
import { bindTarget } from "./bind-target.ts";
import { type FindTemplate, resolveChecks } from "./resolve.ts";

const entry = (value: unknown): VerificationEntry => verificationEntry.parse(value);
const template = (value: unknown): VerificationTemplateSpec => verificationTemplateSpec.parse(value);
const pack = (path: string) =>
  template(parse(readFileSync(new URL(`../../../probes/${path}.yaml`, import.meta.url), "utf8")).spec);
const inCluster =
  (templates: Readonly<Record<string, VerificationTemplateSpec>>): FindTemplate =>
  (kind, name) =>
    kind === "ClusterVerificationTemplate" ? templates[name] : undefined;
const none: FindTemplate = () => undefined;
const resolved = (entries: unknown[], find = none) => {
  const resolution = resolveChecks(entries.map(entry), find);
  if (!resolution.ok) throw new Error(resolution.message);
  return resolution.checks;
};
const target = {
  namespace: "shop-ns",
  service: "shop-green",
  plan: "shop",
  slot: "green",
  release: "shop-2",
  version: "2.0.0+b1",
};

describe("checks of a plan", () => {
  it("get defaults by kind", () => {
    const [health, golden, smoke] = resolved([
      { name: "health", http: { path: "/healthz" } },
      { name: "golden", prometheus: { query: { expr: "up", min: 1 } } },
      { name: "smoke", job: { image: "x" }, severity: "minor" },
    ]);
    expect(health).toMatchObject({
      when: ["beforeTraffic", "steps", "observe"],
      severity: "blocking",
      onInconclusive: "hold",
      advisory: false,
    });
    expect(golden).toMatchObject({ when: ["steps", "observe"] });
    expect(smoke).toMatchObject({ when: ["beforeTraffic"], severity: "minor" });
  });

  it("are named after the entry, and after template's check where it has several", () => {
    const one = { checks: [{ name: "a", http: {} }] };
    const two = {
      checks: [
        { name: "a", http: {} },
        { name: "b", http: {} },
      ],
    };
    const find = inCluster({ one: template(one), two: template(two) });
    const checks = resolved(
      [
        { name: "x", templateRef: { name: "one" } },
        { name: "y", templateRef: { name: "two" }, severity: "major" },
      ],
      find,
    );
    expect(checks.map(({ name }) => name)).toEqual(["x", "y-a", "y-b"]);
    expect(checks[2]).toMatchObject({ severity: "major" });
  });

  it("prefer a template of the namespace to one of the cluster", () => {
    const find: FindTemplate = (kind) =>
      template({
        checks: [{ name: "a", http: { path: kind === "VerificationTemplate" ? "/own" : "/all" } }],
      });
    expect(resolved([{ name: "x", templateRef: { name: "t" } }], find)[0]?.http?.path).toBe("/own");
  });

  it("wait for a template that is missing", () => {
    const resolution = resolveChecks([entry({ name: "x", templateRef: { name: "gone" } })], none);
    expect(resolution).toMatchObject({
      ok: false,
      kind: "missing",
      field: "verification[x].templateRef",
      message: expect.stringContaining("create it"),
    });
  });

  it("report what is invalid before what is missing, and all of it", () => {
    const resolution = resolveChecks(
      [
        entry({ name: "x", templateRef: { name: "gone" } }),
        entry({ name: "y", http: { path: "/{{args.a}}" } }),
      ],
      none,
    );
    expect(resolution).toMatchObject({ ok: false, kind: "invalid", field: "verification[y].http.path" });
    expect(!resolution.ok && resolution.problems).toHaveLength(2);
  });

  it.each<[string, unknown, unknown, string]>([
    [
      "a required argument",
      {},
      { args: [{ name: "a" }], checks: [{ name: "c", http: { path: "/{{args.a}}" } }] },
      'argument "a" is required; give args.a',
    ],
    [
      "an argument that is not declared",
      { args: { b: "1" } },
      { checks: [{ name: "c", http: {} }] },
      'no argument "b"',
    ],
    [
      "an unknown placeholder",
      {},
      { checks: [{ name: "c", http: { path: "/{{target.colour}}" } }] },
      "use one of args.NAME, target.service",
    ],
    [
      "an argument that breaks out of a selector",
      { args: { m: 'x} or up{a="' } },
      {
        args: [{ name: "m" }],
        checks: [{ name: "c", prometheus: { share: { bad: "{{args.m}}", total: "t", max: 0.1 } } }],
      },
      "stands outside of quotes",
    ],
    [
      "a function in place of a selector",
      {},
      { checks: [{ name: "c", prometheus: { share: { bad: "rate(x[1m])", total: "t", max: 0.1 } } }] },
      "plain series selector",
    ],
    [
      "a target outside of quotes",
      {},
      { checks: [{ name: "c", prometheus: { share: { bad: "{{target.plan}}", total: "t", max: 0.1 } } }] },
      "double quotes",
    ],
    [
      "a limit that is no share",
      { args: { m: "lots" } },
      {
        args: [{ name: "m" }],
        checks: [{ name: "c", prometheus: { share: { bad: "b", total: "t", limit: "{{args.m}}" } } }],
      },
      "must be a share such as 0.01 or 1%",
    ],
    [
      "a pattern that is none",
      { args: { p: "(" } },
      { args: [{ name: "p" }], checks: [{ name: "c", http: { expect: { body: "{{args.p}}" } } }] },
      "no regular expression",
    ],
    [
      "an argument that holds a placeholder",
      { args: { p: "{{target.service}}" } },
      { args: [{ name: "p" }], checks: [{ name: "c", http: { path: "/{{args.p}}" } }] },
      "arguments are plain text",
    ],
    [
      "a path that is none after filling",
      { args: { p: "healthz" } },
      { args: [{ name: "p" }], checks: [{ name: "c", http: { path: "{{args.p}}" } }] },
      "http.path",
    ],
  ])("refuse %s", (_, more, spec, message) => {
    const find = inCluster({ t: template(spec) });
    const resolution = resolveChecks(
      [entry({ name: "x", templateRef: { name: "t" }, ...(more as object) })],
      find,
    );
    expect(resolution).toMatchObject({
      ok: false,
      kind: "invalid",
      message: expect.stringContaining(message),
    });
    expect(!resolution.ok && resolution.message).toContain("verification[x]");
  });

  it("refuse two of one name, and an entry of two kinds", () => {
    expect(
      resolveChecks([entry({ name: "x", http: {} }), entry({ name: "x", http: {} })], none),
    ).toMatchObject({ ok: false, message: expect.stringContaining('named "x"') });
    expect(resolveChecks([entry({ name: "x", http: {}, job: {} })], none)).toMatchObject({
      ok: false,
      message: expect.stringContaining("exactly one"),
    });
  });
});

describe("the target", () => {
  it("is filled in when a check is bound, and binding again changes nothing", () => {
    const [check] = resolved([
      { name: "x", http: { path: "/v/{{target.version}}", expect: { body: '"{{target.version}}"' } } },
    ]);
    const bound = bindTarget(check!, target);
    expect(bound).toMatchObject({
      ok: true,
      value: { http: { path: "/v/2.0.0+b1", expect: { body: '"2\\.0\\.0\\+b1"' } } },
    });
    expect(bound.ok && bindTarget(bound.value, { namespace: "n", service: "s" })).toEqual(bound);
  });

  it("that is not known names what the Verification lacks", () => {
    const [check] = resolved([{ name: "x", http: { path: "/{{target.slot}}" } }]);
    expect(bindTarget(check!, { namespace: "n", service: "s" })).toMatchObject({
      ok: false,
      error: expect.stringContaining("give spec.target.slot"),
    });
  });

  it("leaves {{window}} of a query to the look", () => {
    const [check] = resolved([
      { name: "x", prometheus: { query: { expr: "sum(increase(x[{{window}}]))", max: 1 } } },
    ]);
    expect(bindTarget(check!, target)).toMatchObject({
      ok: true,
      value: { prometheus: { query: { expr: "sum(increase(x[{{window}}]))" } } },
    });
  });
});

describe("the packs", () => {
  it("count errors of the candidate's pods, and slowness only where it is asked for", () => {
    const find = inCluster({ "http-golden-signals": pack("metrics/http-golden-signals") });
    const plain = resolved([{ name: "golden", templateRef: { name: "http-golden-signals" } }], find);
    expect(plain.map(({ name }) => name)).toEqual(["golden-errors"]);
    expect(plain[0]?.prometheus?.share).toMatchObject({ max: 0.01, minSamples: 20 });
    const args = { slowMetric: "http_request_duration_seconds", slowAfter: "0.5", maxErrorShare: "0.5%" };
    const [errors, latency] = resolved(
      [{ name: "golden", templateRef: { name: "http-golden-signals" }, args }],
      find,
    );
    expect(errors?.prometheus?.share?.max).toBeCloseTo(0.005);
    const bound = bindTarget(latency!, target);
    expect(bound.ok && bound.value.prometheus?.share?.good).toBe(
      'http_request_duration_seconds_bucket{namespace="shop-ns",bascule_plan="shop",bascule_slot="green",le=~"0.5([.]0)?"}',
    );
  });

  it("count what Traefik got from the slot's Service", () => {
    const find = inCluster({ t: pack("metrics/traefik-golden-signals") });
    const [errors] = resolved([{ name: "golden", templateRef: { name: "t" } }], find);
    const bound = bindTarget(errors!, target);
    expect(bound.ok && bound.value.prometheus?.share?.bad).toBe(
      'traefik_service_requests_total{service=~"shop-ns-shop-green-http-([0-9]+)@kubernetesgateway",code=~"5.."}',
    );
  });

  it("measure the split by what Traefik got from both Services", () => {
    const find = inCluster({ t: pack("metrics/traefik-split") });
    const [split] = resolved(
      [{ name: "split", templateRef: { name: "t" }, args: { tolerance: "0.03" } }],
      find,
    );
    expect(split).toMatchObject({ when: ["steps"], advisory: false, severity: "blocking" });
    const bound = bindTarget(split!, { ...target, baselineService: "shop.blue" });
    const series = (service: string): string =>
      `traefik_service_requests_total{service=~"shop-ns-${service}-http-([0-9]+)@kubernetesgateway"}`;
    expect(bound.ok && bound.value.prometheus?.split).toEqual({
      candidate: series("shop-green"),
      live: series("shop\\\\.blue"),
      source: "gateway",
      tolerance: "0.03",
    });
    expect(bindTarget(split!, target)).toMatchObject({
      ok: false,
      error: expect.stringContaining("give spec.target.baselineService of the Verification"),
    });
  });

  it("take what pods count for advisory", () => {
    const find = inCluster({ t: pack("metrics/http-split") });
    const [split] = resolved([{ name: "split", templateRef: { name: "t" } }], find);
    expect(split).toMatchObject({
      advisory: true,
      prometheus: { split: { source: "pods", tolerance: "5%" } },
    });
    const bound = bindTarget(split!, target);
    expect(bound.ok && bound.value.prometheus?.split?.live).toBe(
      'http_requests_total{namespace="shop-ns",bascule_plan="shop",bascule_slot!="green"}',
    );
  });

  it.each([
    ["when", "a split is measured in steps only", { when: ["steps", "observe"] }, {}],
    ["advisory", "can only be advisory", { advisory: false }, { source: "pods" }],
    ["prometheus.split.tolerance", "must be a share", {}, { tolerance: "{{args.t}}" }],
    ["prometheus.split.live", "plain series selector", {}, { live: "rate(x[1m])" }],
  ])("refuse a split whose %s is wrong, with the field and the remedy", (path, message, entry, more) => {
    const split = { candidate: "c", live: "l", source: "gateway", tolerance: "2%", ...more };
    const found = template({
      args: [{ name: "t", default: "much" }],
      checks: [{ name: "split", prometheus: { split } }],
    });
    const resolution = resolveChecks(
      [
        {
          name: "split",
          templateRef: { name: "t", kind: "VerificationTemplate" },
          ...entry,
        } as VerificationEntry,
      ],
      inCluster({ t: found }),
    );
    expect(resolution).toMatchObject({ ok: false, kind: "invalid", field: expect.stringContaining(path) });
    expect(!resolution.ok && resolution.message).toContain(message);
  });

  it("compare what Traefik got from both Services, and leave the live side out where there is none", () => {
    const find = inCluster({ t: pack("metrics/traefik-compare") });
    const args = { scrapeInterval: "1s", detect: "1%" };
    const [compare] = resolved([{ name: "errors", templateRef: { name: "t" }, args }], find);
    expect(compare).toMatchObject({ when: ["steps", "observe"], severity: "blocking" });
    const series = (service: string, more = ""): string =>
      `traefik_service_requests_total{service=~"shop-ns-${service}-http-([0-9]+)@kubernetesgateway"${more}}`;
    const bad = ',code=~"5.."';
    const bound = bindTarget(compare!, { ...target, baselineService: "shop.blue" });
    expect(bound.ok && bound.value.compare).toMatchObject({
      source: "gateway",
      scrapeInterval: "1s",
      alpha: 0.01,
      metrics: [
        {
          candidate: { total: series("shop-green"), bad: series("shop-green", bad) },
          live: { total: series("shop\\\\.blue"), bad: series("shop\\\\.blue", bad) },
          detect: "1%",
        },
      ],
    });
    const alone = bindTarget(compare!, target);
    expect(alone.ok && alone.value.compare?.metrics[0]?.live.total).toBe(series(""));
  });

  it("compare errors and slowness together, with one chance of a false alarm for both", () => {
    const find = inCluster({ t: pack("metrics/traefik-compare-latency") });
    const [golden] = resolved([{ name: "g", templateRef: { name: "t" }, args: { slowAfter: "0.3" } }], find);
    expect(golden?.compare).toMatchObject({
      alpha: 0.01,
      metrics: [
        { name: "errors", weight: 2 },
        { name: "latency", weight: 1, candidate: { good: expect.stringContaining('le=~"0.3([.]0)?"') } },
      ],
    });
  });

  it("compare what the pods of both slots count, each live pod by itself", () => {
    const find = inCluster({ t: pack("metrics/http-compare") });
    const [compare] = resolved([{ name: "errors", templateRef: { name: "t" } }], find);
    const bound = bindTarget(compare!, target);
    expect(bound.ok && bound.value.compare).toMatchObject({ source: "pods", podLabel: "pod" });
    expect(bound.ok && bound.value.compare?.metrics[0]?.live.bad).toBe(
      'http_requests_total{namespace="shop-ns",bascule_plan="shop",bascule_slot!="green",code=~"5.."}',
    );
  });

  it.each([
    ["compare.metrics.0.detect", "must be a share above 0", { detect: "0%" }],
    ["compare.metrics.0.detect", "must be a share", { detect: "{{args.t}}" }],
    ["compare.metrics.0.max", "must be a share", { max: "{{args.t}}" }],
    ["compare.metrics.0.live.total", "plain series selector", { live: { total: "rate(x[1m])", bad: "b" } }],
    ["compare.metrics.0.live", "exactly one of bad, good", { live: { total: "t", bad: "b", good: "g" } }],
    [
      "compare.metrics.0.live.total",
      "is no regular expression",
      { live: { total: 't{a=~"("}', bad: "b" } },
      { scrape: { service: { name: "gw" } } },
    ],
    ["compare.scrape.service", "leave it out", {}, { source: "pods", scrape: { service: { name: "gw" } } }],
    ["compare.scrape.service", "name the gateway's", {}, { scrape: {} }],
    ["compare", "not both", {}, { scrape: { service: { name: "gw" } }, prometheus: {} }],
    [
      "compare.scrapeInterval",
      "at least 250ms",
      {},
      { scrape: { service: { name: "gw" } }, scrapeInterval: "100ms" },
    ],
  ])("refuse a comparison whose %s is wrong: %s", (path, message, more, source: object = {}) => {
    const arm = { total: "t", bad: "b" };
    const metric = { name: "errors", candidate: arm, live: arm, ...more };
    const found = template({
      args: [{ name: "t", default: "much" }],
      checks: [{ name: "compare", compare: { metrics: [metric], ...source } }],
    });
    const entry = {
      name: "c",
      templateRef: { name: "t", kind: "VerificationTemplate" },
    } as VerificationEntry;
    const resolution = resolveChecks([entry], inCluster({ t: found }));
    expect(resolution).toMatchObject({ ok: false, kind: "invalid", field: expect.stringContaining(path) });
    expect(!resolution.ok && resolution.message).toContain(message);
  });

  it("ask for the health path", () => {
    const find = inCluster({ health: pack("functional/health") });
    expect(
      resolved([{ name: "up", templateRef: { name: "health" }, args: { path: "/ready" } }], find)[0],
    ).toMatchObject({ name: "up", http: { path: "/ready" } });
  });
});
