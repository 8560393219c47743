import { describe, expect, it } from "vitest";
import { instant } from "../../base/instant.ts";
import type { Series } from "../../metrics/prometheus-answer.ts";
import { trafficOf } from "./present-traffic.ts";

/** A counter with values at seconds. */
const series = (id: string, ...samples: readonly (readonly [second: number, value: number])[]): Series => ({
  id,
  labels: {},
  samples: samples.map(([second, value]) => ({ at: instant(second * 1_000), value })),
});

describe("the present traffic", () => {
  it("is counted over the time that the counters cover, however short that is", () => {
    const all = [series("200", [100, 500], [110, 1_490]), series("500", [105, 4], [110, 10])];
    const bad = [series("500", [105, 4], [110, 10])];
    expect(trafficOf(all, bad, false)).toEqual({ requests: 1_000, bad: 10, time: 10_000 });
    expect(trafficOf(all, [series("good", [100, 500], [110, 1_490])], true)).toMatchObject({ bad: 10 });
  });

  it("counts on after a reset, and is none without requests", () => {
    expect(trafficOf([series("a", [0, 50], [10, 20])], [], false)).toMatchObject({ requests: 20, bad: 0 });
    expect(trafficOf([], [], false)).toBeUndefined();
    expect(trafficOf([series("a", [0, 50], [10, 50])], [], false)).toBeUndefined();
  });
});
