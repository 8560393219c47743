import { describe, expect, it } from "vitest";
import { aRelease } from "../../test/api/cli/support/objects.ts";
import { canaryPlan, observation } from "../../test/api/cli/support/observed.ts";
import { check } from "../api/check.ts";
import { minutes } from "../base/duration.ts";
import { withDefaults } from "../core/gate/defaults.ts";
import { forecast, metricsOf } from "./forecast.ts";
import { renderForecast } from "./view/forecast-view.ts";
import { paintWith } from "./view/paint.ts";

const live = { liveSlot: "blue", slots: { blue: { release: "shop-0", version: "1.3.0" } } } as const;
const release = aRelease("shop-1-4-0");
const counter = (service: string, code = "") => `requests{service="{{target.${service}}}"${code}}`;
const golden = withDefaults(
  check.parse({
    name: "golden",
    compare: {
      metrics: [
        {
          name: "errors",
          candidate: { total: counter("service"), bad: counter("service", ',code="500"') },
          live: { total: counter("baselineService"), bad: counter("baselineService", ',code="500"') },
        },
      ],
    },
  }),
);
const seen = observation(canaryPlan({}, live), [release], { checks: { ok: true, checks: [golden] } });
/** 200 requests a second, one in a thousand bad. */
const busy = { requests: 60_000, bad: 60, time: minutes(5) };

const at = (requests: number) => {
  const counts = new Map([["golden/errors", { ...busy, requests, bad: requests / 1_000 }]]);
  return forecast(seen, release, [], { counts, notes: [] });
};

/** What is said of comparisons, and not of other things. */
const warnings = (requests: number) => at(requests).warnings.filter((warning) => warning.includes("golden"));

describe("a forecast with a comparison", () => {
  it("asks for the counters of the side that is live", () => {
    expect(metricsOf(seen, release)).toEqual([
      {
        check: "golden",
        metric: "errors",
        live: { total: 'requests{service="shop-blue"}', bad: 'requests{service="shop-blue",code="500"}' },
      },
    ]);
  });

  it("tells the requests of each step, the time to see detect, and what is seen in the step's time", () => {
    const step = at(busy.requests).steps.find(({ name }) => name === "weight-5");
    expect(step).toMatchObject({ requests: 1_200, comparisons: [{ check: "golden", detect: "2 %" }] });
    expect(step?.comparisons?.[0]?.needed).toMatch(/^[0-9]+s$/);
    expect(warnings(busy.requests)).toEqual([]);
    const text = renderForecast(at(busy.requests), paintWith(false)).join("\n");
    expect(text).toMatch(/weight-5 +golden, errors +1200 +\+2 % +[0-9]+s +\+/);
  });

  it("warns where the hold is too short, and where the deadline is", () => {
    const [late] = warnings(3_000);
    expect(late).toMatch(/^weight-5: golden, errors: a rise by 2 % takes .* the step will last longer/);
    const [never] = warnings(60);
    expect(never).toMatch(/more than the step's deadline: it will be inconclusive/);
  });

  it("says nothing of it where the traffic is not known, or nobody is live", () => {
    expect(forecast(seen, release, []).steps.some((step) => step.comparisons)).toBe(false);
    const first = observation(canaryPlan(), [release], { checks: { ok: true, checks: [golden] } });
    expect(metricsOf(first, release)).toEqual([]);
  });
});
