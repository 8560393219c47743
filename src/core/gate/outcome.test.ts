import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Check, check as checkSchema, ON_INCONCLUSIVE, SEVERITIES } from "../../api/check.ts";
import { type CheckResult, VERDICTS, type Verdict } from "../../api/verification.ts";
import { minutes, seconds } from "../../base/duration.ts";
import { type Instant, instant, plus, renderInstant } from "../../base/instant.ts";
import { withDefaults } from "./defaults.ts";
import { isBlocking, nextDeadline, type OutcomeContext, outcomeOf } from "./outcome.ts";

const START = instant(Date.UTC(2030, 0, 1));
const at = (second: number): Instant => plus(START, seconds(second));
const make = (name: string, more: object = {}): Check =>
  withDefaults(checkSchema.parse({ name, http: {}, ...more }));
const result = (name: string, verdict: Verdict, finished = 10): CheckResult => ({
  name,
  kind: "http",
  severity: "blocking",
  verdict,
  reason: "r",
  message: `message of ${name}`,
  validator: "test",
  ...(verdict === "pending" ? {} : { finishedAt: renderInstant(at(finished)) }),
});
const context = (second: number, more: Partial<OutcomeContext> = {}): OutcomeContext => ({
  at: at(second),
  start: START,
  deadline: plus(START, minutes(15)),
  ...more,
});

describe("the outcome of a step", () => {
  it("waits for what has not concluded, and passes when all has", () => {
    const checks = [make("a"), make("b")];
    expect(outcomeOf(checks, [result("a", "passed")], context(20))).toMatchObject({
      state: "waiting",
      undecided: ["b"],
    });
    expect(outcomeOf(checks, [result("a", "passed"), result("b", "passed")], context(20))).toEqual({
      state: "passed",
      reservations: [],
      undecided: [],
    });
  });

  it("fails on a blocking or major failure and names the first in time", () => {
    const checks = [make("a"), make("b", { severity: "major" }), make("c")];
    const outcome = outcomeOf(
      checks,
      [result("a", "failed", 30), result("b", "failed", 20), result("c", "pending")],
      context(40),
    );
    expect(outcome).toMatchObject({ state: "failed", firstFailure: { name: "b" } });
  });

  it("makes a reservation of what is minor or advisory", () => {
    const checks = [make("a", { severity: "minor" }), make("b", { advisory: true }), make("c")];
    const outcome = outcomeOf(
      checks,
      [result("a", "failed"), result("b", "failed"), result("c", "passed")],
      context(20),
    );
    expect(outcome.state).toBe("passed");
    expect(outcome.reservations).toEqual([
      "a (minor) is failed: message of a",
      "b (advisory) is failed: message of b",
    ]);
  });

  it("holds what is inconclusive until the step's deadline, and is inconclusive then", () => {
    const checks = [make("a", { deadline: "1m" })];
    const results = [result("a", "inconclusive")];
    expect(outcomeOf(checks, results, context(61))).toMatchObject({ state: "waiting", undecided: ["a"] });
    expect(outcomeOf(checks, results, context(900))).toMatchObject({
      state: "inconclusive",
      undecided: ["a"],
    });
  });

  it("stands still while a person is awaited, because there is no deadline then", () => {
    const { deadline: _, ...awaiting } = context(90_000);
    expect(outcomeOf([make("a")], [result("a", "inconclusive")], awaiting).state).toBe("waiting");
  });

  it.each([
    ["revert", "inconclusive"],
    ["reserve", "passed"],
  ] as const)("at the check's own deadline with %s is %s", (onInconclusive, state) => {
    const checks = [make("a", { deadline: "1m", onInconclusive })];
    for (const verdict of ["pending", "error"] as const) {
      expect(outcomeOf(checks, [result("a", verdict)], context(59)).state).toBe("waiting");
      expect(outcomeOf(checks, [result("a", verdict)], context(60)).state).toBe(state);
    }
    expect(outcomeOf(checks, [result("a", "inconclusive")], context(30)).state).toBe(state);
  });

  it("still fails where the same check would be let through with a reservation", () => {
    const checks = [make("a", { onInconclusive: "reserve" })];
    expect(outcomeOf(checks, [result("a", "failed")], context(20)).state).toBe("failed");
  });

  it("lets a person accept what is undecided, by name, and never what failed", () => {
    const checks = [make("a"), make("b")];
    const accepted = outcomeOf(
      checks,
      [result("a", "inconclusive"), result("b", "passed")],
      context(20, { acceptedBy: "ada" }),
    );
    expect(accepted).toMatchObject({
      state: "passed",
      reservations: [expect.stringContaining("accepted by ada")],
    });
    expect(outcomeOf(checks, [result("a", "failed")], context(20, { acceptedBy: "ada" })).state).toBe(
      "failed",
    );
  });

  it("tells the next time at which it can change by itself", () => {
    const checks = [make("a", { deadline: "1m" }), make("b", { deadline: "2m" })];
    expect(nextDeadline(checks, context(0))).toBe(at(60));
    expect(nextDeadline(checks, context(60))).toBe(at(120));
    expect(nextDeadline(checks, context(200))).toBe(at(900));
    expect(nextDeadline(checks, context(900))).toBeUndefined();
  });
});

describe("laws of the outcome", () => {
  const policy = fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    advisory: fc.boolean(),
    onInconclusive: fc.constantFrom(...ON_INCONCLUSIVE),
    deadline: fc.option(fc.constantFrom("30s", "5m"), { nil: undefined }),
    verdict: fc.option(fc.constantFrom(...VERDICTS), { nil: undefined }),
    finished: fc.nat(100),
  });
  type Policy = typeof policy extends fc.Arbitrary<infer T> ? T : never;
  const build = (policies: readonly Policy[]) => ({
    checks: policies.map(({ verdict: _, finished: __, deadline, ...more }, i) =>
      make(`c${i}`, { ...more, ...(deadline ? { deadline } : {}) }),
    ),
    results: policies.flatMap(({ verdict, finished }, i) =>
      verdict ? [result(`c${i}`, verdict, finished)] : [],
    ),
  });
  const policies = fc.array(policy, { maxLength: 6 });
  const anyTime = fc.integer({ min: 0, max: 1_000 }).map((second) => context(second));

  it("does not depend on the order of checks and results", () => {
    fc.assert(
      fc.property(policies, anyTime, fc.infiniteStream(fc.nat(100)), (list, when, random) => {
        const { checks, results } = build(list);
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        expect(outcomeOf(shuffled(checks), shuffled(results), when)).toEqual(
          outcomeOf(checks, results, when),
        );
      }),
    );
  });

  it("passes only when every blocking check passed, did not apply, or was let through by its policy at its deadline", () => {
    fc.assert(
      fc.property(policies, anyTime, (list, when) => {
        const { checks, results } = build(list);
        if (outcomeOf(checks, results, when).state !== "passed") return;
        for (const check of checks.filter(isBlocking)) {
          const verdict = results.find(({ name }) => name === check.name)?.verdict ?? "pending";
          if (verdict !== "passed" && verdict !== "notApplicable")
            expect(check.onInconclusive).toBe("reserve");
          expect(verdict).not.toBe("failed");
        }
      }),
    );
  });

  it("is never changed by an advisory check, whatever that finds", () => {
    fc.assert(
      fc.property(
        policies,
        anyTime,
        fc.option(fc.constantFrom(...VERDICTS), { nil: undefined }),
        (list, when, verdict) => {
          const { checks, results } = build(list);
          const { reservations: _, ...before } = outcomeOf(checks, results, when);
          const more = outcomeOf(
            [...checks, make("advice", { advisory: true })],
            [...results, ...(verdict ? [result("advice", verdict)] : [])],
            when,
          );
          const { reservations: __, ...after } = more;
          expect(after).toEqual(before);
        },
      ),
    );
  });

  it("does not wait beyond the step's deadline", () => {
    fc.assert(
      fc.property(
        policies,
        (list) =>
          void expect(outcomeOf(build(list).checks, build(list).results, context(900)).state).not.toBe(
            "waiting",
          ),
      ),
    );
  });
});
