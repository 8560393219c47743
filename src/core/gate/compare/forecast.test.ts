import { describe, expect, it } from "vitest";
import { compareCheck } from "../../../api/checks/compare.ts";
import { minutes, seconds } from "../../../base/duration.ts";
import { forecastMetric } from "./forecast.ts";

const arm = { total: "requests", bad: "errors" };
/** One comparison of errors with the set-up of the reference's table: α 5 %, windows of 15 s. */
const check = (more: object = {}) =>
  compareCheck.parse({
    alpha: 0.05,
    scrapeInterval: "15s",
    metrics: [{ name: "errors", candidate: arm, live: arm, ...more }],
  });
/** A thousand minutes at 100 requests a second, one in a hundred bad: so many that the half event does not show. */
const present = { requests: 6_000_000, bad: 60_000, time: minutes(1_000) };

describe("the forecast of a comparison", () => {
  it.each([
    // T_plan of the reference (section 11.2) for 1 → 3 %, of which twice is enough in nine of ten runs.
    [0.1, 50],
    [0.05, 86.1],
    [0.25, 29.3],
    [0.5, 25.5],
  ])("at a share of %d for the candidate, 1 → 3 %% takes twice %d s", (part, mean) => {
    const { needed } = forecastMetric(check({ detect: "2%" }), 0, present, part, minutes(10));
    expect((needed ?? 0) / 1_000).toBeCloseTo(2 * mean, -0.5);
  });

  it("is the sooner the more is asked to be seen, and sees the smaller the longer it looks", () => {
    const at = (detect: string) => forecastMetric(check({ detect }), 0, present, 0.1, minutes(2)).needed ?? 0;
    expect(at("1%")).toBeGreaterThan(at("2%"));
    expect(at("2%")).toBeGreaterThan(at("10%"));
    const smallest = (time: number) =>
      forecastMetric(check(), 0, present, 0.1, minutes(time)).smallest ?? Number.POSITIVE_INFINITY;
    expect(smallest(10)).toBeLessThan(smallest(2));
  });

  it("agrees with itself: what is seen in a time takes that time", () => {
    const { smallest = 0 } = forecastMetric(check(), 0, present, 0.1, minutes(5));
    const { needed = 0 } = forecastMetric(check({ detect: String(smallest) }), 0, present, 0.1, minutes(5));
    expect(needed / 1_000).toBeCloseTo(300, 0);
  });

  it("sees nothing in less than a window, and never without requests", () => {
    expect(forecastMetric(check(), 0, present, 0.1, seconds(5)).smallest).toBeUndefined();
    const none = forecastMetric(check(), 0, { requests: 0, bad: 0, time: minutes(5) }, 0.1, minutes(5));
    expect(none).toEqual({ detect: 0.02 });
  });

  it("needs longer where an absolute guard takes half of alpha", () => {
    const at = (more: object) => forecastMetric(check(more), 0, present, 0.1, minutes(5)).needed ?? 0;
    expect(at({ max: "10%" })).toBeGreaterThan(at({}));
  });
});
