import { describe, expect, it } from "vitest";
import { seconds } from "../../base/duration.ts";
import { type LoadStage, plannedRequests } from "../../core/gate/load/stages.ts";
import { arrivalsOf } from "./schedule.ts";

const stage = (from: number, to: number, time: number): LoadStage => ({ from, to, duration: seconds(time) });
const between = (all: readonly number[], from: number, to: number): number =>
  all.filter((at) => at >= from && at < to).length;

describe("the times at which requests are due", () => {
  it("are evenly spread at a constant rate", () => {
    const all = [...arrivalsOf([stage(50, 50, 2)])];
    expect(all).toHaveLength(100);
    for (const [i, at] of all.entries()) expect(at).toBeCloseTo(i * 20, 6);
  });

  it("come ever faster in a ramp: in each second as many as the rate's middle", () => {
    const all = [...arrivalsOf([stage(0, 100, 4)])];
    expect(all).toHaveLength(200);
    for (const [i, wanted] of [12.5, 37.5, 62.5, 87.5].entries())
      expect(Math.abs(between(all, i * 1_000, (i + 1) * 1_000) - wanted)).toBeLessThanOrEqual(1);
  });

  it("come ever slower in a ramp down", () => {
    const all = [...arrivalsOf([stage(100, 20, 2)])];
    expect(all).toHaveLength(120);
    expect(between(all, 0, 1_000)).toBeGreaterThan(between(all, 1_000, 2_000));
  });

  it("go through a spike and back, in order, within the stages, as many as were planned", () => {
    const stages = [stage(3, 3, 1.5), stage(200, 200, 0.5), stage(7, 90, 3), stage(1, 1, 0.7)];
    const all = [...arrivalsOf(stages)];
    expect(all).toHaveLength(plannedRequests(stages));
    for (const [i, at] of all.entries()) expect(at).toBeGreaterThanOrEqual(all[i - 1] ?? 0);
    expect(all.at(-1)).toBeLessThanOrEqual(5_700);
    expect(between(all, 1_500, 2_000)).toBeGreaterThanOrEqual(99);
  });

  it("carry a fraction of a request over to the next stage", () => {
    const halves = Array.from({ length: 10 }, () => stage(1, 1, 0.5));
    expect([...arrivalsOf(halves)].map(Math.round)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  });
});
