import { describe, expect, it } from "vitest";
import { check as checkSchema } from "../../../api/check.ts";
import type { LoadCheck } from "../../../api/checks/load.ts";
import type { Look } from "../look.ts";
import { validateCheck } from "../validate-check.ts";
import type { LoadEnd, LoadFigures } from "./figures.ts";
import { judgeLoad } from "./judge-load.ts";

const LATENCY = { p50: 20, p90: 30, p95: 40, p99: 80, p999: 120, max: 150 };
const LATENESS = { p50: 1, p90: 2, p95: 2, p99: 3, p999: 5, max: 6 };
const FIGURES: LoadFigures = {
  ...{ planned: 1_000, due: 1_000, answered: 1_000, failed: 0, failures: {}, bytes: 5_000, elapsed: 10_000 },
  ...{ lastAnswer: 9_990, measured: 1_000, latency: LATENCY, lateness: LATENESS, late: 0 },
};
const stages = [{ duration: "10s", rate: 100 }];
const loadOf = (more: object): LoadCheck => {
  const { load } = checkSchema.parse({ name: "x", load: { stages, ...more } });
  if (load === undefined) throw new Error("no load");
  return load;
};
const judged = (
  limits: object,
  figures: Partial<LoadFigures> = {},
  end: LoadEnd = { how: "completed" },
): Look => judgeLoad(loadOf({ limits }), { ...FIGURES, ...figures }, end);

describe("a load that has ended", () => {
  it("passes within its limits, with value, threshold, sample size and table", () => {
    const look = judged({ p99: "100ms", max: "150ms", rate: "95%" });
    expect(look).toMatchObject({ kind: "outcome", state: "passed", reason: "LoadCarried" });
    expect(look).toMatchObject({ value: 150, sampleSize: 1_000 });
    expect(look).toMatchObject({
      threshold: "p99 ≤ 100ms, max ≤ 150ms, errors ≤ 1%, answers ≥ 95% of the rate",
      evidence: expect.stringMatching(/p99\.9 +120\.0 +5\.0/),
    });
  });

  it.each([
    ["p50", "19ms", 20],
    ["p90", "29ms", 30],
    ["p95", "39ms", 40],
    ["p99", "79ms", 80],
    ["p999", "119ms", 120],
    ["max", "149ms", 150],
  ] as const)("fails for %s above its limit", (name, limit, value) => {
    const quick = { lateness: { ...LATENESS, [name]: 0 } };
    expect(judged({ [name]: limit }, quick)).toMatchObject({ state: "failed", reason: "TooSlow", value });
  });

  it("fails for too many errors, and says which", () => {
    const figures = { failed: 15, failures: { "status 500": 10, "connection reset": 5 } };
    expect(judged({}, figures)).toMatchObject({
      state: "failed",
      reason: "TooManyErrors",
      value: 0.015,
      message: expect.stringContaining("10 status 500, 5 connection reset"),
    });
    expect(judged({ errors: "1.5%" }, figures)).toMatchObject({ state: "passed" });
  });

  it("fails when answers come at a lower rate than is wanted, by their number or by their time", () => {
    const rate = { errors: "100%", rate: "95%" };
    expect(judged(rate, { answered: 940, failed: 60 })).toMatchObject({
      reason: "RateNotReached",
      value: 0.94,
    });
    expect(judged(rate, { lastAnswer: 12_500 })).toMatchObject({ reason: "RateNotReached", value: 0.8 });
    expect(judged(rate)).toMatchObject({ state: "passed" });
  });

  it("fails when the target was down", () => {
    const end = { how: "targetDown", why: "no answer for 5.0 s" } as const;
    expect(judged({ errors: "100%" }, {}, end)).toMatchObject({ state: "failed", reason: "TargetDown" });
  });

  it.each<[string, Partial<LoadFigures>, LoadEnd, string]>([
    ["was behind", {}, { how: "overloaded", why: "late" }, "GeneratorOverloaded"],
    ["sent too many requests late", { late: 51 }, { how: "completed" }, "GeneratorOverloaded"],
    [
      "made the latency itself",
      { lateness: { ...LATENESS, p99: 60 } },
      { how: "completed" },
      "GeneratorOverloaded",
    ],
    ["had to stop for too many bytes", {}, { how: "tooManyBytes" }, "TooManyBytes"],
    ["could not send such a request", {}, { how: "invalid", why: "a header" }, "InvalidCheck"],
    ["may not connect there", {}, { how: "refused", why: "loopback" }, "ForbiddenAddress"],
    ["is gone", {}, { how: "gone", why: "killed" }, "GeneratorFailed"],
  ])("tells nothing about the target when the generator %s", (_, figures, end, reason) => {
    expect(judged({ p99: "50ms" }, figures, end)).toMatchObject({ kind: "unreadable", reason });
  });
});

describe("a load check whose arguments are written in", () => {
  const problems = (load: object, more: object = {}): readonly string[] => {
    const validated = validateCheck(checkSchema.parse({ name: "x", load: { stages, ...load }, ...more }));
    return validated.ok ? [] : validated.error.map(({ path, message }) => `${path}: ${message}`);
  };

  it("is fine with rates as text", () => {
    expect(problems({ stages: [{ duration: "10s", rate: "100", from: "0" }] })).toEqual([]);
  });

  it.each<[string, object, object, string]>([
    [
      "a rate above the limit",
      { stages: [{ duration: "1s", rate: "1001" }] },
      {},
      "load.stages.0.rate: must be",
    ],
    ["a rate of nothing", { stages: [{ duration: "1s", rate: "0" }] }, {}, "load.stages.0.rate: must be"],
    [
      "a beginning above the limit",
      { stages: [{ duration: "1s", rate: 1, from: "2000" }] },
      {},
      "load.stages.0.from",
    ],
    [
      "stages that last too long",
      { stages: [{ duration: "11m", rate: 1 }] },
      {},
      "load.stages: last 11m together",
    ],
    ["an answer that is waited for too long", { timeout: "11s" }, {}, "load.timeout: must be between"],
    [
      "a percentile that few requests can't show",
      { limits: { p999: "1s" }, stages: [{ duration: "5s", rate: 100 }] },
      {},
      "load.limits.p999: p99.9 takes 1000 requests or more, the stages ask for 500",
    ],
    ["a share that is none", { limits: { errors: "200%" } }, {}, "load.limits.errors: must be a share"],
    ["a body that nobody sends", { body: "x" }, {}, "load.body: only a POST"],
    ["a deadline before its end", {}, { deadline: "10s" }, "deadline: is over before the stages are"],
  ])("is refused for %s", (_, load, more, message) => {
    expect(problems(load, more).join("; ")).toContain(message);
  });
});
