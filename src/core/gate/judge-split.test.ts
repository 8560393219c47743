import { describe, expect, it } from "vitest";
import { type Check, check as checkSchema } from "../../api/check.ts";
import type { CheckResult } from "../../api/verification.ts";
import { minutes, seconds } from "../../base/duration.ts";
import { type Instant, instant, plus } from "../../base/instant.ts";
import { readWeight } from "../../base/weight.ts";
import { judge } from "./judge.ts";
import type { Look } from "./look.ts";

const FROM = instant(Date.UTC(2030, 0, 1));
const at = (second: number): Instant => plus(FROM, seconds(second));
const splitCheck = (more: object = {}): Check =>
  checkSchema.parse({
    name: "split",
    prometheus: { split: { candidate: "c", live: "l", ...more }, staleAfter: "10s" },
  });

type Seen = readonly [second: number, candidate: number, live: number, newest?: number];

/** Replays looks, storing the result as JSON in between, as a controller that restarts after each look would. */
function replay(
  share: string | undefined,
  looks: readonly (Seen | Look)[],
  check = splitCheck(),
): CheckResult {
  let result: CheckResult | undefined;
  let second = 0;
  for (const seen of looks) {
    const look = "kind" in seen ? seen : lookOf(seen);
    second = "kind" in seen ? second + 1 : seen[0];
    const context = {
      at: at(second),
      from: FROM,
      window: seconds(30),
      deadline: plus(FROM, minutes(1)),
      ...(share === undefined ? {} : { share: readWeight(share) }),
      validator: "test",
    };
    result = JSON.parse(JSON.stringify(judge(check, result, look, context).result)) as CheckResult;
  }
  if (result === undefined) throw new Error("no look");
  return result;
}

const lookOf = ([second, candidate, live, newest = second]: Seen): Look => ({
  kind: "split",
  candidate,
  live,
  newest: at(newest),
});

describe("an observed share", () => {
  it("does not pass on a counter that has just begun anew", () => {
    const restarted: Look = { ...lookOf([31, 200, 800]), restarted: true } as Look;
    const seen: readonly (Seen | Look)[] = [[30, 190, 780, 29], restarted];
    expect(replay("20%", seen)).toMatchObject({ verdict: "pending", reason: "CounterRestarted" });
    expect(replay("20%", [...seen, [33, 210, 840]])).toMatchObject({ verdict: "passed" });
  });

  it("passes at the end of the window with measured value, limits and number of requests", () => {
    expect(replay("20%", [[20, 205, 795]])).toMatchObject({ verdict: "pending", reason: "WindowOpen" });
    expect(
      replay("20%", [
        [20, 205, 795],
        [31, 410, 1_590],
      ]),
    ).toMatchObject({
      verdict: "passed",
      reason: "SplitAsAsked",
      value: 0.205,
      threshold: "share 18 % to 22 %",
      sampleSize: 2_000,
      message: "410 of 2000 requests (20.5 %) reached the candidate; asked for 20%",
      windowEnd: new Date(at(31)).toISOString(),
    });
  });

  it("fails at any look that shows a difference, and says what was measured", () => {
    const failed = replay("20%", [[5, 60, 60]]);
    expect(failed).toMatchObject({ verdict: "failed", reason: "SplitDiffers", value: 0.5 });
    expect(failed.evidence).toMatch(/^ln E \d/);
    expect(replay("20%", [[5, 0, 200]])).toMatchObject({ verdict: "failed", value: 0 });
  });

  it("waits for requests, and is inconclusive at the deadline, never passed", () => {
    expect(replay("5%", [[40, 0, 0]])).toMatchObject({ verdict: "pending", reason: "NoTraffic" });
    expect(replay("5%", [[40, 1, 19]])).toMatchObject({ verdict: "pending", reason: "TooFewSamples" });
    const late = replay("5%", [[60, 1, 19]]);
    expect(late.verdict).toBe("inconclusive");
    expect(late.message).toMatch(/at least \d+ requests are needed$/);
  });

  it("goes by the tolerance that is given", () => {
    const looks: readonly Seen[] = [[31, 1_300, 3_700]];
    expect(replay("20%", looks).verdict).toBe("failed");
    expect(replay("20%", looks, splitCheck({ tolerance: "0.1" })).verdict).toBe("passed");
  });

  it("is an error when the gateway's scrape is silent, and when nobody says what was asked for", () => {
    expect(replay("20%", [[40, 200, 800, 20]])).toMatchObject({ verdict: "error", reason: "Stale" });
    expect(replay(undefined, [[40, 200, 800]])).toMatchObject({ verdict: "error", reason: "InvalidCheck" });
    expect(replay("100%", [[40, 200, 0]])).toMatchObject({ verdict: "error", reason: "InvalidCheck" });
    const unlike: Look = { kind: "share", bad: 0, total: 1, newest: at(1), series: 1 };
    expect(replay("20%", [unlike, unlike, unlike])).toMatchObject({ verdict: "error", reason: "WrongLook" });
  });
});

describe("the silence of a slot that is asked to get nothing", () => {
  it("is shown by half of staleAfter without any request", () => {
    expect(replay("0%", [[4, 0, 100]])).toMatchObject({ verdict: "pending", reason: "WindowOpen" });
    expect(replay("0%", [[5, 0, 100]])).toMatchObject({
      verdict: "passed",
      reason: "NoNewRequests",
      value: 0,
    });
  });

  it("begins anew with each request, also over a restart", () => {
    expect(
      replay("0%", [
        [4, 0, 1],
        [8, 3, 2],
      ]),
    ).toMatchObject({ verdict: "pending", reason: "StillRequests" });
    expect(
      replay("0%", [
        [4, 0, 1],
        [8, 3, 2],
        [12, 3, 3],
      ]).verdict,
    ).toBe("pending");
    expect(
      replay("0%", [
        [4, 0, 1],
        [8, 3, 2],
        [13, 3, 4],
      ]),
    ).toMatchObject({ verdict: "passed", sampleSize: 3 });
    expect(
      replay("0%", [
        [8, 3, 2],
        [12, 4, 3],
        [16, 4, 4],
      ]).verdict,
    ).toBe("pending");
  });

  it("takes no look at the same scrape for a second one", () => {
    expect(
      replay("0%", [
        [2, 2, 1, 2],
        [9, 2, 1, 2],
      ]).verdict,
    ).toBe("pending");
  });

  it("stays shown, and never fails: who waits for it bounds that", () => {
    expect(
      replay("0%", [
        [5, 0, 1],
        [9, 7, 2],
      ]).verdict,
    ).toBe("passed");
    expect(
      replay("0%", [
        [59, 500, 2],
        [61, 600, 2],
      ]),
    ).toMatchObject({
      verdict: "inconclusive",
      reason: "StillRequests",
    });
  });
});
