import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Check, check as checkSchema } from "../../api/check.ts";
import type { CheckResult, Verdict } from "../../api/verification.ts";
import { minutes, seconds } from "../../base/duration.ts";
import { type Instant, instant, plus } from "../../base/instant.ts";
import type { JudgeContext } from "./finding.ts";
import { judge, MOST_UNREADABLE } from "./judge.ts";
import type { Look } from "./look.ts";

const FROM = instant(Date.UTC(2030, 0, 1));
const at = (second: number): Instant => plus(FROM, seconds(second));
const shareCheck = (max: number, more: object = {}): Check =>
  checkSchema.parse({ name: "errors", prometheus: { share: { bad: "b", total: "t", max, ...more } } });
const queryCheck = checkSchema.parse({ name: "value", prometheus: { query: { expr: "x", max: 1 } } });
const httpCheck = checkSchema.parse({ name: "health", http: { successes: 3, failures: 3 } });
const jobCheck = checkSchema.parse({ name: "smoke", job: { image: "x" } });

interface Timed {
  readonly second: number;
  readonly look: Look;
}
/** Replays looks, storing the result as JSON in between, as a controller that restarts after each look would. */
function replay(
  check: Check,
  looks: readonly Timed[],
  window = 30,
  deadline = minutes(15),
  more: Partial<JudgeContext> = {},
): CheckResult {
  let result: CheckResult | undefined;
  for (const { second, look } of looks) {
    const context = {
      at: at(second),
      from: FROM,
      window: seconds(window),
      deadline: plus(FROM, deadline),
      validator: "test",
      ...more,
    };
    result = JSON.parse(JSON.stringify(judge(check, result, look, context).result)) as CheckResult;
  }
  if (result === undefined) throw new Error("no look");
  return result;
}
const share = (second: number, bad: number, total: number, newest = second): Timed => ({
  second,
  look: { kind: "share", bad, total, newest: at(newest), series: 1 },
});
const answer = (second: number, good: boolean): Timed => ({
  second,
  look: { kind: "functional", good, reason: good ? "Answered" : "WrongStatus", message: "m" },
});
const refused = (second: number): Timed => ({
  second,
  look: { kind: "functional", good: false, reason: "NoAnswer", message: "refused", refused: true },
});
const unreadable = (second: number, reason = "Unreachable"): Timed => ({
  second,
  look: { kind: "unreadable", reason, message: "m" },
});
const nothing = (second: number): Timed => ({
  second,
  look: { kind: "nothing", reason: "NoSeries", message: "m" },
});
const value = (second: number, measured: number): Timed => ({
  second,
  look: { kind: "value", value: measured, newest: at(second) },
});

describe("a share of bad requests", () => {
  it("passes at the end of the window when there is no error series at all", () => {
    expect(replay(shareCheck(0.01), [share(10, 0, 400)])).toMatchObject({
      verdict: "pending",
      reason: "WindowOpen",
    });
    expect(replay(shareCheck(0.01), [share(10, 0, 400), share(31, 0, 1_200)])).toMatchObject({
      verdict: "passed",
      reason: "WithinLimit",
      value: 0,
      threshold: "share ≤ 1 %",
      sampleSize: 1_200,
      windowStart: new Date(FROM).toISOString(),
      windowEnd: new Date(at(31)).toISOString(),
    });
  });

  it("passes with one bad answer in a thousand, and fails at the window's end where less is allowed", () => {
    expect(replay(shareCheck(0.01), [share(10, 1, 300), share(30, 1, 1_000)])).toMatchObject({
      verdict: "passed",
      value: 0.001,
    });
    expect(replay(shareCheck(0.0005), [share(10, 1, 300)])).toMatchObject({ verdict: "pending" });
    expect(replay(shareCheck(0.0005), [share(10, 1, 300), share(30, 1, 1_000)])).toMatchObject({
      verdict: "failed",
      reason: "AboveLimit",
    });
  });

  it("fails at once when harm is shown, long before the window's end and with few requests", () => {
    expect(replay(shareCheck(0.01), [share(1, 3, 5)])).toMatchObject({
      verdict: "failed",
      reason: "HarmShown",
      sampleSize: 5,
    });
  });

  it("passes at exactly the limit and with exactly the samples that are needed", () => {
    const check = shareCheck(0.05, { minSamples: 20 });
    expect(replay(check, [share(30, 1, 20)])).toMatchObject({
      verdict: "passed",
      value: 0.05,
      sampleSize: 20,
    });
    expect(replay(check, [share(30, 0, 19)])).toMatchObject({ verdict: "pending", reason: "TooFewSamples" });
    expect(replay(check, [share(30, 2, 39)])).toMatchObject({ verdict: "failed", reason: "AboveLimit" });
  });

  it("may still fail after it has passed, and failed is final", () => {
    const looks = [share(31, 0, 1_000), share(60, 200, 2_000)];
    expect(replay(shareCheck(0.01), looks)).toMatchObject({ verdict: "failed" });
    expect(replay(shareCheck(0.01), [...looks, share(120, 200, 90_000)])).toMatchObject({
      verdict: "failed",
      looks: 2,
    });
  });

  it("does not pass on a counter that has just begun anew, and does not take back what has passed for one", () => {
    const restarted = ({ second, look }: Timed): Timed => ({
      second,
      look: { ...look, restarted: true } as Look,
    });
    const check = shareCheck(0.01);
    const waiting = replay(check, [share(10, 0, 300), restarted(share(31, 0, 1_000))]);
    expect(waiting).toMatchObject({ verdict: "pending", reason: "CounterRestarted", sampleSize: 1_000 });
    const counted = [restarted(share(31, 0, 1_000)), share(33, 0, 1_020)];
    expect(replay(check, counted)).toMatchObject({ verdict: "passed" });
    expect(replay(check, [...counted, restarted(share(34, 0, 1_030))])).toMatchObject({ verdict: "passed" });
    expect(replay(check, [restarted(share(5, 3, 5))])).toMatchObject({
      verdict: "failed",
      reason: "HarmShown",
    });
  });

  it("is not over while the evidence does not cover the window, whatever the clock says", () => {
    expect(replay(shareCheck(0.01), [share(31, 0, 1_000, 29)])).toMatchObject({ verdict: "pending" });
  });

  it("is inconclusive at the deadline without traffic, and with too little of it", () => {
    expect(replay(shareCheck(0.01), [share(40, 0, 0), share(60, 0, 0)], 30, minutes(1))).toMatchObject({
      verdict: "inconclusive",
      reason: "NoTraffic",
    });
    expect(replay(shareCheck(0.01), [nothing(40), nothing(60)], 30, minutes(1))).toMatchObject({
      verdict: "inconclusive",
      reason: "NoSeries",
    });
    const few = replay(shareCheck(0.01), [share(60, 0, 19)], 30, minutes(1));
    expect(few).toMatchObject({ verdict: "inconclusive", reason: "TooFewSamples", sampleSize: 19 });
    expect(few.message).toContain("at least 20 are needed");
  });

  it("is an error when the scrape falls silent, also after it had passed, and recovers", () => {
    const silent = [share(31, 0, 1_000), share(50, 0, 1_000, 34)];
    expect(replay(shareCheck(0.01), silent)).toMatchObject({ verdict: "error", reason: "Stale", value: 0 });
    expect(replay(shareCheck(0.01), [...silent, share(52, 0, 1_500)])).toMatchObject({ verdict: "passed" });
  });

  it("is an error after three looks in a row that could not be read, and recovers", () => {
    const two = [share(31, 0, 1_000), unreadable(32), unreadable(33)];
    expect(replay(shareCheck(0.01), two)).toMatchObject({ verdict: "passed" });
    expect(replay(shareCheck(0.01), [...two, unreadable(34)])).toMatchObject({
      verdict: "error",
      reason: "Unreachable",
    });
    expect(replay(shareCheck(0.01), [...two, unreadable(34), share(35, 0, 1_100)])).toMatchObject({
      verdict: "passed",
    });
  });

  it("takes series that vanish for silence, not for no traffic", () => {
    const looks = [share(31, 0, 1_000), nothing(400), nothing(401), nothing(402)];
    expect(replay(shareCheck(0.01), looks)).toMatchObject({ verdict: "error", reason: "Silent" });
  });

  it("never fails on counts that contradict each other, and calls them an error when they go on", () => {
    const looks = [share(1, 50, 10), share(2, 60, 20), share(3, 70, 30)];
    expect(replay(shareCheck(0.01), looks.slice(0, 2))).toMatchObject({ verdict: "pending" });
    expect(replay(shareCheck(0.01), looks)).toMatchObject({ verdict: "error", reason: "Inconsistent" });
  });
});

describe("a value of a query", () => {
  it("passes at the end of the window when it is inside the limits", () => {
    expect(replay(queryCheck, [value(10, 0.5)])).toMatchObject({ verdict: "pending" });
    expect(replay(queryCheck, [value(10, 0.5), value(30, 0.6)])).toMatchObject({
      verdict: "passed",
      value: 0.6,
      threshold: "≤ 1",
    });
  });

  it("fails by looks in a row outside of the limits, which one inside interrupts", () => {
    expect(
      replay(queryCheck, [value(1, 2), value(2, 2), value(3, 0), value(4, 2), value(5, 2)]),
    ).toMatchObject({ verdict: "pending" });
    expect(replay(queryCheck, [value(1, 2), value(2, 2), value(3, 2)])).toMatchObject({
      verdict: "failed",
      reason: "OutsideLimits",
    });
  });

  it("never passes when the query gives several series or NaN, in whatever order", () => {
    for (let round = 0; round < 10; round++) {
      const looks = [1, 20, 31, 45, 60].map((second) => unreadable(second + round, "SeveralSeries"));
      expect(replay(queryCheck, looks).verdict).toBe("error");
    }
    expect(
      replay(queryCheck, [value(30, Number.NaN), value(31, Number.NaN), value(32, Number.NaN)]),
    ).toMatchObject({ verdict: "error", reason: "NotANumber" });
  });
});

describe("a functional check", () => {
  describe("before traffic", () => {
    const verdictOf = (...looks: Timed[]): CheckResult =>
      replay(httpCheck, looks, 0, minutes(15), { warmUp: seconds(10) });
    const good = [6, 7, 8].map((second) => answer(second, true));

    it("waits while connections are refused: the nodes may not know the slot's endpoints yet", () => {
      const looks = [1, 2, 3, 4, 5].map(refused);
      const waits = { verdict: "pending", message: "waiting until the slot can be reached: refused" };
      expect(verdictOf(...looks)).toMatchObject(waits);
      expect(verdictOf(...looks, ...good)).toMatchObject({ verdict: "passed" });
    });

    it("fails when nobody takes the connection after ten seconds either", () => {
      const looks = [1, 5, 9.9].map(refused);
      expect(verdictOf(...looks, ...[10, 11].map(refused))).toMatchObject({ verdict: "pending" });
      expect(verdictOf(...looks, ...[10, 11, 12].map(refused))).toMatchObject({ verdict: "failed" });
    });

    it("counts a refused connection once the slot has answered, and any other bad answer at once", () => {
      expect(verdictOf(answer(1, true), ...[2, 3, 4].map(refused))).toMatchObject({ verdict: "failed" });
      expect(verdictOf(answer(1, false), refused(2), refused(3))).toMatchObject({ verdict: "failed" });
      expect(verdictOf(...[1, 2, 3].map((second) => answer(second, false)))).toMatchObject({
        verdict: "failed",
      });
    });
  });

  it("counts refused connections from the first one while the slot has traffic", () => {
    expect(replay(httpCheck, [1, 2, 3].map(refused), 0)).toMatchObject({ verdict: "failed" });
  });

  it("passes and fails by answers in a row", () => {
    expect(replay(httpCheck, [answer(1, true), answer(2, true)], 0)).toMatchObject({ verdict: "pending" });
    expect(replay(httpCheck, [answer(1, true), answer(2, true), answer(3, true)], 0)).toMatchObject({
      verdict: "passed",
      sampleSize: 3,
    });
    expect(
      replay(
        httpCheck,
        [answer(1, false), answer(2, false), answer(3, true), answer(4, false), answer(5, false)],
        0,
      ),
    ).toMatchObject({ verdict: "pending" });
    expect(replay(httpCheck, [answer(1, false), answer(2, false), answer(3, false)], 0)).toMatchObject({
      verdict: "failed",
      reason: "WrongStatus",
    });
  });

  it("stands when one answer is bad after it has passed, and fails when they go on", () => {
    const good = [1, 2, 3].map((second) => answer(second, true));
    expect(replay(httpCheck, [...good, answer(4, false)], 0)).toMatchObject({ verdict: "passed" });
    expect(
      replay(httpCheck, [...good, ...[4, 5, 6].map((second) => answer(second, false))], 0),
    ).toMatchObject({ verdict: "failed" });
  });

  it("is inconclusive when it wavers until its deadline", () => {
    const looks = Array.from({ length: 61 }, (_, second) => answer(second, second % 2 === 0));
    expect(replay(httpCheck, looks, 0, minutes(1))).toMatchObject({ verdict: "inconclusive", looks: 61 });
  });
});

describe("a job", () => {
  it("has the verdict of its outcome, and needs no look after it", () => {
    const context = { at: at(1), from: FROM, window: seconds(0), deadline: at(600), validator: "test" };
    const judged = (state: "running" | "passed" | "failed") =>
      judge(jobCheck, undefined, { kind: "outcome", state, reason: "JobFailed", message: "m" }, context);
    expect(judged("running")).toMatchObject({ result: { verdict: "pending" }, nextLookAt: at(2) });
    expect(judged("passed")).toMatchObject({ result: { verdict: "passed" } });
    expect(judged("passed").nextLookAt).toBeUndefined();
    expect(judged("failed")).toMatchObject({ result: { verdict: "failed", reason: "JobFailed" } });
  });
});

describe("judging", () => {
  const anyLook: fc.Arbitrary<Look> = fc.oneof(
    fc.tuple(fc.nat(30), fc.nat(3_000), fc.integer({ min: -30, max: 0 })).map(
      ([bad, more, age]): Look => ({
        kind: "share",
        bad,
        total: bad + more,
        newest: at(40 + age),
        series: 1,
      }),
    ),
    fc.constant<Look>({ kind: "nothing", reason: "NoSeries", message: "m" }),
    fc.constant<Look>({ kind: "unreadable", reason: "Unreachable", message: "m" }),
  );

  it("is final once failed, and never passes on a look that could not be read", () => {
    fc.assert(
      fc.property(fc.array(anyLook, { minLength: 1, maxLength: 12 }), (looks) => {
        let result: CheckResult | undefined;
        let before: Verdict = "pending";
        for (const look of looks) {
          const context = {
            at: at(40),
            from: FROM,
            window: seconds(30),
            deadline: at(600),
            validator: "test",
          };
          result = judge(shareCheck(0.01), result, look, context).result;
          if (before === "failed") expect(result.verdict).toBe("failed");
          if (look.kind !== "share" && before !== "passed") expect(result.verdict).not.toBe("passed");
          before = result.verdict;
        }
      }),
    );
  });

  it("gives the same, whether the memory is kept or read back from the stored result", () => {
    fc.assert(
      fc.property(fc.array(anyLook, { minLength: 1, maxLength: 12 }), (looks) => {
        const context = { at: at(40), from: FROM, window: seconds(30), deadline: at(600), validator: "test" };
        let kept: CheckResult | undefined;
        let stored: CheckResult | undefined;
        for (const look of looks) {
          kept = judge(shareCheck(0.01), kept, look, context).result;
          stored = JSON.parse(
            JSON.stringify(judge(shareCheck(0.01), stored, look, context).result),
          ) as CheckResult;
        }
        expect(stored).toEqual(JSON.parse(JSON.stringify(kept)));
      }),
    );
  });

  it("gives every result a validator and a beginning, and an end to all that are no longer open", () => {
    fc.assert(
      fc.property(
        fc.array(anyLook, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 900 }),
        (looks, pace) => {
          const given = {
            from: FROM,
            window: seconds(30),
            deadline: at(600),
            validator: "bascule-controller 1",
          };
          let result: CheckResult | undefined;
          for (const [index, look] of looks.entries()) {
            result = judge(shareCheck(0.01), result, look, { ...given, at: at(pace * (index + 1)) }).result;
            const { verdict, startedAt, finishedAt, windowStart, validator } = result;
            const open = verdict === "pending" || verdict === "error";
            expect(finishedAt === undefined).toBe(open);
            expect({ startedAt, windowStart, validator }).toMatchObject({
              startedAt: expect.stringMatching(/Z$/),
              windowStart: expect.stringMatching(/Z$/),
              validator: "bascule-controller 1",
            });
          }
        },
      ),
    );
  });

  it("starts afresh from a memory that somebody else wrote", () => {
    const result = replay(httpCheck, [answer(1, true), answer(2, true)], 0);
    const context = { at: at(3), from: FROM, window: seconds(0), deadline: at(600), validator: "test" };
    const forged = { ...result, memory: { standing: "passed", looks: -1 } };
    expect(judge(httpCheck, forged, answer(3, true).look, context).result.verdict).toBe("pending");
  });

  it("looks again at the window's end and at the deadline, and at most each 250 ms", () => {
    const slow = shareCheck(0.01);
    const check = checkSchema.parse({ ...slow, prometheus: { ...slow.prometheus, interval: "5m" } });
    const next = (second: number, of = check) =>
      judge(of, undefined, share(second, 0, 100).look, {
        at: at(second),
        from: FROM,
        window: seconds(30),
        deadline: at(100),
        validator: "t",
      }).nextLookAt;
    expect(next(1)).toBe(at(30));
    expect(next(30)).toBe(at(100));
    expect(next(100)).toBe(at(400));
    const fast = checkSchema.parse({ ...slow, prometheus: { ...slow.prometheus, interval: "10ms" } });
    expect(next(1, fast)).toBe(at(1.25));
  });

  it("keeps the first, the last and the worst look", () => {
    const result = replay(shareCheck(0.5), [share(1, 0, 10), share(2, 4, 20), share(3, 4, 40)]);
    expect(result.memory).toMatchObject({ first: { value: 0 }, worst: { value: 0.2 }, last: { value: 0.1 } });
    expect(MOST_UNREADABLE).toBe(3);
  });
});
