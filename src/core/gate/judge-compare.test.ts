import { describe, expect, it } from "vitest";
import { type Check, check as checkSchema } from "../../api/check.ts";
import type { CheckResult } from "../../api/verification.ts";
import { minutes, seconds } from "../../base/duration.ts";
import { type Instant, instant, plus } from "../../base/instant.ts";
import { judge } from "./judge.ts";
import type { Look } from "./look.ts";

const FROM = instant(Date.UTC(2030, 0, 1));
const at = (second: number): Instant => plus(FROM, seconds(second));
const arm = { total: "t", bad: "b" };
const compareCheck = (more: object = {}, metric: object = {}): Check =>
  checkSchema.parse({
    name: "golden",
    compare: {
      metrics: [{ name: "errors", candidate: arm, live: arm, ...metric }],
      scrapeInterval: "1s",
      ...more,
    },
  });

type Row = readonly [nc: number, xc: number, nb: number, xb: number];
const windowOf = (second: number, [nc, xc, nb, xb]: Row) => ({
  end: at(second),
  metrics: [{ candidate: { requests: nc, events: xc }, live: [{ pod: "", requests: nb, events: xb }] }],
});
const lookOf = (second: number, row: Row, baseline = true): Look => ({
  kind: "compare",
  baseline,
  start: FROM,
  windows: [windowOf(second, row)],
  newest: at(second),
});

/** Replays a scrape a second, storing the result as JSON in between, as a controller that restarts after each would. */
function replay(rows: readonly (Row | Look)[], check = compareCheck(), window = 60): CheckResult {
  let result: CheckResult | undefined;
  for (const [i, row] of rows.entries()) {
    const look = "kind" in row ? row : lookOf(i + 1, row);
    const context = {
      at: at(i + 1),
      from: FROM,
      window: seconds(window),
      deadline: plus(FROM, minutes(3)),
      validator: "test",
    };
    result = JSON.parse(JSON.stringify(judge(check, result, look, context).result)) as CheckResult;
  }
  if (result === undefined) throw new Error("no look");
  return result;
}
const times = (n: number, row: Row): readonly Row[] => Array.from({ length: n }, () => row);

describe("a comparison", () => {
  it("passes a healthy service without any error at the end of the window, and not before", () => {
    expect(replay(times(59, [20, 0, 80, 0]))).toMatchObject({ verdict: "pending", reason: "WindowOpen" });
    const passed = replay(times(60, [20, 0, 80, 0]));
    expect(passed).toMatchObject({
      verdict: "passed",
      reason: "NoHarmShown",
      value: 0,
      threshold: "errors no worse than live",
      sampleSize: 6_000,
      message: "no harm shown: errors: candidate 0 of 1200 (0 %) bad, live 0 of 4800 (0 %) bad",
      windowEnd: new Date(at(60)).toISOString(),
    });
    expect(passed.confidence).toMatch(/at most 100 % \(fails at 1 %\); rises .* errors \+0\.\d+ %$/);
  });

  it("fails at the first scrape that shows harm, long before the window is over", () => {
    const failed = replay([...times(10, [20, 0, 80, 0]), [20, 6, 80, 0]]);
    expect(failed).toMatchObject({ verdict: "failed", reason: "HarmShown", value: 6 / 220 });
    expect(failed.message).toBe(
      "errors: candidate 6 of 220 (2.727 %) bad, live 0 of 880 (0 %) bad: the candidate is worse",
    );
    expect(failed.evidence).toMatch(/comparison ln E \d+\.\d\d; dispersion 1\.00$/);
    expect(Date.parse(failed.finishedAt ?? "")).toBe(at(11));
  });

  it("does not blame a candidate for errors that both sides have", () => {
    const rows = times(60, [20, 1, 80, 4]);
    expect(replay([...rows, ...times(20, [20, 10, 80, 40])]).verdict).not.toBe("failed");
  });

  it("is inconclusive at the deadline with the smallest rise that could have been seen, and passes when there is enough", () => {
    const rare: Row = [1, 0, 19, 1];
    const open = replay(times(100, rare));
    expect(open).toMatchObject({ verdict: "pending", reason: "TooLittleEvidence" });
    expect(open.message).toMatch(
      /a rise of errors by 2 % could not have been seen: the smallest that could is \d+(\.\d+)? %; it takes about \d.* at this traffic$/,
    );
    const late = replay(times(180, rare));
    expect(late.verdict).toBe("inconclusive");
    expect(late.message).toMatch(/^not concluded by the deadline: .*the smallest that could is/);
    expect(replay(times(180, rare), compareCheck({}, { detect: "30%" })).verdict).toBe("passed");
  });

  it("stays passed once passed, and still fails on harm that comes later", () => {
    const healthy = times(60, [20, 0, 80, 0]);
    expect(replay([...healthy, [20, 0, 80, 80]]).verdict).toBe("passed");
    expect(replay([...healthy, [20, 19, 80, 0]]).verdict).toBe("failed");
  });

  it("waits for requests on both sides, and never passes without", () => {
    expect(replay(times(70, [0, 0, 80, 0]))).toMatchObject({ verdict: "pending", reason: "NoTraffic" });
    expect(replay(times(70, [20, 0, 0, 0]))).toMatchObject({ verdict: "pending", reason: "NoBaseline" });
    expect(replay(times(180, [0, 0, 80, 0])).verdict).toBe("inconclusive");
  });

  it("asks for proof where that is required", () => {
    const check = compareCheck({ require: "proof" });
    expect(replay(times(70, [20, 0, 80, 0]), check)).toMatchObject({
      verdict: "pending",
      reason: "TooLittleEvidence",
      message: expect.stringContaining("it is not proven that the odds of errors are below 2 times"),
    });
    expect(replay(times(150, [50, 2, 50, 2]), check)).toMatchObject({ verdict: "passed" });
  });

  it("does not apply where one side gets everything, and needs no look there without an absolute guard", () => {
    const look: Look = { kind: "compare", baseline: false, start: FROM, windows: [], newest: at(1) };
    const context = { at: at(1), from: FROM, window: seconds(60), deadline: at(180), validator: "test" };
    const { result, nextLookAt } = judge(compareCheck(), undefined, look, context);
    expect(result).toMatchObject({ verdict: "notApplicable", message: "not applicable: no baseline" });
    expect(nextLookAt).toBeUndefined();
  });

  it("judges its absolute guard where there is no baseline", () => {
    const check = compareCheck({}, { max: "5%" });
    const looks = (events: number) =>
      Array.from({ length: 20 }, (_, i) => lookOf(i + 1, [50, events, 0, 0], false));
    expect(replay(looks(1), check)).toMatchObject({
      verdict: "notApplicable",
      message: expect.stringMatching(/^not applicable: no baseline; within its absolute limits: /),
    });
    expect(replay(looks(10), check)).toMatchObject({
      verdict: "failed",
      threshold: "errors ≤ 5%",
      message: expect.stringMatching(/: above 5%$/),
    });
  });

  it("is an error when the source is silent, or counts more bad requests than requests", () => {
    const old: Look = {
      ...(lookOf(1, [20, 0, 80, 0]) as Extract<Look, { kind: "compare" }>),
      newest: at(-60),
    };
    expect(replay([old])).toMatchObject({ verdict: "error", reason: "Stale" });
    const odd = times(6, [20, 0, 80, 81]);
    expect(replay(odd)).toMatchObject({ verdict: "error", reason: "Inconsistent" });
    const unlike: Look = { kind: "value", value: 1, newest: at(1) };
    expect(replay([unlike, unlike, unlike])).toMatchObject({ verdict: "error", reason: "WrongLook" });
  });

  it("comes to the same verdict whether each window is judged alone or many at one look", () => {
    const rows = [
      ...times(8, [20, 0, 80, 1]),
      ...times(8, [20, 4, 80, 0]),
      ...times(8, [20, 0, 80, 9]),
    ] as Row[];
    const single = replay(rows);
    const all: Look = {
      kind: "compare",
      baseline: true,
      start: FROM,
      windows: rows.map((row, i) => windowOf(i + 1, row)),
      newest: at(24),
    };
    const once = replay([all]);
    expect(once.verdict).toBe("failed");
    expect([single.verdict, single.value, single.evidence, single.message]).toEqual([
      once.verdict,
      once.value,
      once.evidence,
      once.message,
    ]);
  });
});
