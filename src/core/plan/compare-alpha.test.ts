import { describe, expect, it } from "vitest";
import { check as checkSchema } from "../../api/check.ts";
import type { FrozenStep } from "../../api/frozen.ts";
import { withPartOfAlpha } from "./compare-alpha.ts";

const arm = { total: "t", bad: "b" };
const comparison = (max?: string) =>
  checkSchema.parse({
    name: "golden",
    compare: {
      metrics: [{ name: "errors", candidate: arm, live: arm, ...(max === undefined ? {} : { max }) }],
    },
  });
const step = (name: string, weight: FrozenStep["weight"], checks = ["golden"]): FrozenStep => ({
  name,
  kind: "traffic",
  weight,
  checks,
  deadline: "15m",
  capacityFor: "100%",
});
const STEPS = [
  step("deploy", 0, []),
  step("verify", 0),
  step("weight-5", "5%"),
  step("weight-25", "25%"),
  step("weight-50", "50%", ["other"]),
  step("weight-100", "100%"),
  step("observe", "100%"),
];

describe("the alpha of a release", () => {
  it("is shared out among the steps in which both sides get requests", () => {
    expect(withPartOfAlpha(comparison(), { steps: STEPS }).compare?.alpha).toBeCloseTo(0.005, 12);
  });

  it("is shared out among the steps at 100 % too where an absolute guard is judged there", () => {
    expect(withPartOfAlpha(comparison("5%"), { steps: STEPS }).compare?.alpha).toBeCloseTo(0.0025, 12);
  });

  it("stays whole where a single step compares, and is no business of other checks", () => {
    expect(withPartOfAlpha(comparison(), { steps: [step("weight-5", 5)] }).compare?.alpha).toBe(0.01);
    const http = checkSchema.parse({ name: "health", http: {} });
    expect(withPartOfAlpha(http, { steps: STEPS })).toBe(http);
  });
});
