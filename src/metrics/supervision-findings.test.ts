import { describe, expect, it } from "vitest";
import { seconds } from "../base/duration.ts";
import { instant } from "../base/instant.ts";
import type { Series } from "./prometheus-answer.ts";
import { alertProblem, seriesProblem, targetProblem } from "./supervision-findings.ts";

/** A series with samples at these seconds. */
const series = (labels: Readonly<Record<string, string>>, at: readonly number[], value = 1): Series => ({
  id: JSON.stringify(labels),
  labels,
  samples: at.map((second) => ({ at: instant(second * 1_000), value })),
});
const sight = { from: instant(100_000), now: instant(130_000), staleAfter: seconds(15) };

describe("series that have to be there", () => {
  it("are, when one of them is fresh", () => {
    const all = [series({ pod: "a" }, [90, 105]), series({ pod: "b" }, [129])];
    expect(seriesProblem("hits", all, sight)).toBeUndefined();
  });

  it("are missing when there is none, or only of the time before the start", () => {
    expect(seriesProblem("hits", [], sight)).toMatchObject({ good: false, reason: "NoSeries" });
    expect(seriesProblem("hits", [series({}, [80, 99])], sight)).toMatchObject({ reason: "NoSeries" });
  });

  it("are stale when the newest sample is too old", () => {
    const found = seriesProblem("hits", [series({}, [101, 114])], sight);
    expect(found).toMatchObject({ reason: "StaleSeries", message: "the newest sample of hits is 16s old" });
  });
});

describe("targets", () => {
  it("are all up, those that have gone apart", () => {
    const all = [series({ pod: "a" }, [129]), series({ pod: "old" }, [101], 0)];
    expect(targetProblem(all, sight)).toBeUndefined();
  });

  it("are down by name", () => {
    const found = targetProblem([series({ pod: "a" }, [129]), series({ pod: "b" }, [129], 0)], sight);
    expect(found).toMatchObject({ reason: "TargetDown", message: "1 of 2 targets down: b" });
  });

  it("are missing when none is scraped", () => {
    expect(targetProblem([series({ pod: "a" }, [105])], sight)).toMatchObject({ reason: "NoTarget" });
  });
});

describe("alerts", () => {
  const alert = (alertname: string, at: number, alertstate = "firing") =>
    series({ alertname, alertstate }, [at]);

  it("that fired before the start are no news", () => {
    expect(alertProblem([alert("Disk", 99)], [alert("Disk", 129)])).toBeUndefined();
  });

  it("that are only pending don't fire", () => {
    expect(alertProblem([], [alert("Errors", 129, "pending")])).toBeUndefined();
  });

  it("that began to fire are told, also when they were pending before", () => {
    const before = [alert("Errors", 99, "pending"), alert("Disk", 99)];
    const present = [alert("Errors", 129), alert("Disk", 129)];
    expect(alertProblem(before, present)).toMatchObject({
      reason: "NewAlert",
      message: "firing since the start: Errors",
    });
  });
});
