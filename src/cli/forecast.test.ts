import { describe, expect, it } from "vitest";
import { aRelease, FROZEN } from "../../test/api/cli/support/objects.ts";
import { canaryPlan, NOW, observation } from "../../test/api/cli/support/observed.ts";
import { decide } from "../core/plan/decide.ts";
import { packageDigest } from "../core/plan/freeze.ts";
import { forecast } from "./forecast.ts";
import { renderForecast } from "./view/forecast-view.ts";
import { paintWith } from "./view/paint.ts";

const live = {
  liveSlot: "blue",
  slots: {
    blue: { release: "shop-0", version: "1.3.0", packageDigest: "sha256:old", programDigest: "sha256:old" },
  },
} as const;
const newOne = aRelease("shop-1-4-0");
const before = aRelease("shop-0", {
  phase: "Completed",
  frozen: {
    ...FROZEN,
    package: { version: "1.3.0", image: "registry.example.com/shop:1.3.0" },
    values: { port: 80, dbPassword: "hunter22" },
    program: "web-service",
    replicas: 4,
    serviceAccountName: "bascule",
  },
});

describe("the forecast of a release", () => {
  it("has the steps, slot and hash that the controller then freezes", () => {
    const plan = canaryPlan({}, live);
    const answer = forecast(observation(plan, [newOne, before]), newOne, []);
    // The controller: first the plan takes the release as its active one, then it is compiled.
    const first = decide(observation(plan, [newOne, before]).observed, NOW);
    const taken = { ...newOne, status: first.releases["shop-1-4-0"]! };
    const second = decide(observation({ ...plan, status: first.plan }, [taken, before]).observed, NOW);
    const frozen = second.releases["shop-1-4-0"]?.frozen;
    expect(frozen?.steps).toHaveLength(6);
    expect(answer.steps.map((s) => s.name)).toEqual(frozen?.steps.map((s) => s.name));
    expect(answer).toMatchObject({ hash: frozen?.hash, slot: frozen?.slot, live: "blue", gates: [] });
  });

  it("says how many replicas each step waits for, what waits for people, and the least time", () => {
    const answer = forecast(observation(canaryPlan({}, live), [newOne, before]), newOne, []);
    expect(answer.steps.map((s) => [s.name, s.ready])).toEqual([
      ["deploy", 1],
      ["verify", 1],
      ["weight-5", 1],
      ["weight-50", 2],
      ["weight-100", 4],
      ["observe", 4],
    ]);
    expect(answer.manual).toEqual(["weight-50"]);
    // 2m hold, 5m observe, 3 times 2s until a split is in force.
    expect(answer.atLeast).toBe("7m6s");
  });

  it("compares with what is live, and shows no value whose name says that it is secret", () => {
    const answer = forecast(observation(canaryPlan({}, live), [newOne, before]), newOne, []);
    const text = renderForecast(answer, paintWith(false)).join("\n");
    expect(text).toContain("changes from shop-0 on blue");
    expect(text).toMatch(/version +1\.3\.0 -> 1\.4\.0/);
    expect(text).toMatch(/values\.port +80 -> 8080/);
    expect(text).toMatch(/program digest +sha256:old -> sha256:new/);
    expect(text).toMatch(/values\.dbPassword +removed: \(not shown\)/);
    expect(text).not.toContain("hunter22");
  });

  it("names every gate that is closed, not only the first", () => {
    const seen = observation(canaryPlan({}, live), [newOne], {
      checks: { ok: false, kind: "missing", message: "there is no VerificationTemplate golden; create it" },
      intruders: ["Service legacy"],
    });
    const answer = forecast(seen, newOne, []);
    expect(answer.gates.map((g) => [g.gate, g.effect])).toEqual([
      ["ChecksResolved", "waits"],
      ["NobodyElseSelects", "waits"],
    ]);
    expect(answer.steps).toEqual([]);
    const text = renderForecast(answer, paintWith(false)).join("\n");
    expect(text).toContain("the steps can't be told");
    expect(text).not.toContain("nothing stands in the way");
  });

  it("warns of a GitOps owner, foreign backends, callers past the gateway, a dead live side and a busy plan", () => {
    const route = observation(canaryPlan(), []).observed.traffic[0]!;
    const seen = observation(
      canaryPlan({}, { ...live, activeRelease: "shop-0" }),
      [newOne, aRelease("shop-0", { phase: "Shifting" })],
      {
        traffic: [
          {
            ...route,
            gitOpsOwner: 'Argo CD application "shop"',
            foreign: ["legacy:80"],
            accepted: false,
            problem: "no listener",
          },
        ],
        slots: {
          blue: { workloads: [], serviceExists: true, readyEndpoints: 0 },
          green: { workloads: [], serviceExists: true, readyEndpoints: 0 },
        },
        checks: { ok: true, checks: [] },
      },
    );
    const text = forecast(seen, newOne, ["quota says no"]).warnings.join("\n");
    for (const part of [
      'Argo CD application "shop"',
      "legacy:80",
      "no listener",
      "do not pass the gateway",
      "no ready endpoint",
      "shop-0 is Shifting",
      "nothing judges",
      "quota says no",
    ])
      expect(text).toContain(part);
    expect(forecast(observation(canaryPlan({}, live), [newOne, before]), newOne, []).warnings).toEqual([
      "callers inside the cluster that use Service shop do not pass the gateway: weights do not apply to them, they switch at 100 %",
    ]);
  });

  it("tells whom a finished adoption concerns, and that an own Service of the plan's name can be one", () => {
    const since = "2026-05-01T10:00:00.000Z";
    const warnings = (status: object, more = {}) =>
      forecast(observation(canaryPlan({}, { ...live, ...status }), [newOne], more), newOne, []).warnings.join(
        "\n",
      );
    const done = { adoption: { service: "storefront", since, doneAt: since } };
    const text = warnings(done);
    expect(text).toContain("callers inside the cluster that use Service storefront do not pass the gateway");
    expect(text).toContain(
      "pods that it selected before this plan get nothing through it and are their owner's to remove",
    );
    const own = { legacyService: "shop" };
    const former = { service: "shop", exists: true, marked: false, targets: [] };
    expect(warnings(own, { former, entry: { exists: true } })).toContain(
      '"bascule adopt shop --finish" makes it the entry',
    );
  });

  it("does not take the Service that the first release adopts for somebody else's", () => {
    const route = observation(canaryPlan(), []).observed.traffic[0]!;
    const service = { service: "storefront", port: 80 };
    const target = { kind: "HTTPRoute" as const, name: "shop", rules: [0], parents: [] };
    const warnings = (foreign: readonly string[], status = {}) =>
      forecast(
        observation(canaryPlan({ traffic: { routes: [{ name: "shop" }] } }, status), [newOne], {
          traffic: [{ ...route, foreign }],
          adoption: [{ ok: true, target, service }],
          adopted: { exists: true, readyEndpoints: 3 },
          entry: { exists: false },
          slots: {
            blue: { workloads: [], serviceExists: false, readyEndpoints: 0 },
            green: { workloads: [], serviceExists: false, readyEndpoints: 0 },
          },
        }),
        newOne,
        [],
      ).warnings.join("\n");
    expect(warnings(["storefront:80"])).not.toContain("also sends traffic to");
    expect(warnings(["storefront:80", "other:80"])).toContain("also sends traffic to other:80, which");
    // Once a slot is live, the former Service is somebody else's.
    expect(warnings(["storefront:80"], live)).toContain("also sends traffic to storefront:80");
  });

  it("lists the NetworkPolicies of others that apply to the slot's pods", () => {
    const seen = { ...observation(canaryPlan({}, live), [newOne, before]), policies: ["deny-all", "web"] };
    const answer = forecast(seen, newOne, []);
    expect(answer.networkPolicies).toEqual(["deny-all", "web"]);
    const text = renderForecast(answer, paintWith(false)).join("\n");
    expect(text).toContain("network policies of others that apply to the slot's pods:\n  deny-all\n  web");
  });

  it("of what is live already says that there is nothing to do", () => {
    const plan = canaryPlan({}, live);
    const seen = observation(plan, [newOne]);
    const digest = packageDigest(seen.observed.plan, newOne);
    const same = canaryPlan(
      {},
      {
        liveSlot: "blue",
        slots: { blue: { release: "x", packageDigest: digest, programDigest: "sha256:new" } },
      },
    );
    const answer = forecast(observation(same, [newOne]), newOne, []);
    expect(answer.gates).toMatchObject([{ gate: "SomethingToDo", effect: "ends" }]);
    expect(answer.changes.against).toContain("package and values are the same");
  });
});
