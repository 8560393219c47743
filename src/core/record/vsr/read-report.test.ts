import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allPassed,
  aRelease,
  aResult,
  at,
  aVerification,
  CHECKS,
  fullRecord,
  reportOf,
  withResult,
} from "../../../../test/support/vsr-record.ts";
import { SEVERITIES } from "../../../api/check.ts";
import { PHASES, type ReleaseStatus } from "../../../api/release.ts";
import { type CheckResult, VERDICTS, type Verification } from "../../../api/verification.ts";
import { digestOf } from "../../../base/json.ts";
import type { VsrReport } from "./report.ts";

const sectionOf = (report: VsrReport, step: string) => report.sections.find((s) => s.step === step);

describe("the record of a release's verification", () => {
  it("has every step in its order, with the figures as they were measured", () => {
    const report = reportOf(aRelease(), allPassed());
    expect(report.sections.map(({ step, state }) => [step, state])).toEqual([
      ["deploy", "noTests"],
      ["verify", "run"],
      ["weight-20", "run"],
      ["observe", "run"],
    ]);
    expect(sectionOf(report, "weight-20")).toMatchObject({ weight: "20%", moment: "steps" });
    expect(sectionOf(report, "weight-20")?.tests[1]).toEqual({
      name: "errors",
      kind: "prometheus",
      severity: "major",
      advisory: false,
      verdict: "passed",
      effect: "none",
      reason: "Answered",
      message: "errors: as expected",
      value: 0.0123456789,
      threshold: "status 200",
      sampleSize: 40,
      looks: 12,
      windowStart: at(70),
      windowEnd: at(100),
      startedAt: at(71),
      finishedAt: at(100),
      validator: "bascule-controller 0.1.0",
    });
    expect(report.seal).toMatchObject({ journalWhole: true, validators: ["bascule-controller 0.1.0"] });
  });

  it("shows tests of a step that was not reached as not run", () => {
    const position = { step: 1, stage: "verify", since: at(10), attempt: 1, waitedMs: 0 } as const;
    const report = reportOf(
      aRelease({ phase: "Failed", position }),
      withResult("verify", "health", { verdict: "failed" }).slice(0, 1),
    );
    expect(sectionOf(report, "observe")?.state).toBe("notReached");
    expect(sectionOf(report, "observe")?.tests.map(({ verdict, absent }) => [verdict, absent])).toEqual([
      ["notRun", "NotReached"],
      ["notRun", "NotReached"],
      ["notRun", "NotReached"],
    ]);
  });

  it("tells a Verification that was deleted as missing, not as not reached", () => {
    const report = reportOf(aRelease(), allPassed().slice(1));
    expect(sectionOf(report, "verify")).toMatchObject({ state: "missing" });
    expect(sectionOf(report, "verify")?.tests[0]).toMatchObject({
      verdict: "notRun",
      absent: "RecordMissing",
    });
  });

  it("shows a test of which the Verification holds no result as not run", () => {
    const [first] = allPassed();
    const none = { ...first, status: { observedGeneration: 1, results: [] } } as Verification;
    expect(sectionOf(reportOf(aRelease(), [none]), "verify")?.tests[0]).toMatchObject({ absent: "NoResult" });
  });

  it("passes over Verifications that only name the release", () => {
    const [first] = allPassed();
    const foreign = aVerification("verify", [aResult("health", 10)], { owner: "somebody-else" });
    const orphan = { ...first, metadata: { ...first?.metadata, ownerReferences: [] } } as Verification;
    expect(sectionOf(reportOf(aRelease(), [foreign, orphan]), "verify")?.state).toBe("missing");
  });

  it("holds no secret and no character that steers what reads it", () => {
    const nasty = {
      evidence: "Authorization: Bearer abcdefghijk\n\u001b[2Jpassword=hunter22",
      message: "https://ann:pw12345@host/ \u202egnp.exe",
    };
    const text = JSON.stringify(reportOf(aRelease(), withResult("verify", "health", nasty)));
    for (const word of ["abcdefghijk", "hunter22", "pw12345", "tok-1234567890", "\\u001b", "\u202e"])
      expect(text).not.toContain(word);
    expect(text).toContain("***");
  });

  it("has the same digest for the same record, whenever it is made, and another for another", () => {
    const [one, two] = [fullRecord(), fullRecord()];
    expect(one.seal.digest).toBe(two.seal.digest);
    const { generated: _, seal, ...content } = one;
    const { digest, ...rest } = seal;
    expect(digestOf({ ...content, seal: rest })).toBe(digest);
    expect(reportOf(aRelease(), allPassed()).seal.digest).not.toBe(digest);
  });
});

const names = fc.constantFrom(...CHECKS.map(({ name }) => name), "x", "y");
const text = fc.string({ unit: "binary", maxLength: 60 });
const when = fc.option(fc.integer({ min: -1_000, max: 10_000 }).map(at), { nil: undefined });
const results: fc.Arbitrary<CheckResult> = fc
  .record({
    name: names,
    kind: fc.constantFrom("http", "job", "prometheus", "compare"),
    severity: fc.constantFrom(...SEVERITIES),
    advisory: fc.boolean(),
    verdict: fc.constantFrom(...VERDICTS),
    reason: text,
    message: text,
    value: fc.option(fc.double(), { nil: undefined }),
    threshold: fc.option(text, { nil: undefined }),
    windowStart: when,
    windowEnd: when,
    startedAt: when,
    finishedAt: when,
    validator: text,
    evidence: fc.option(text, { nil: undefined }),
  })
  .map((result) => result as CheckResult);
const verifications: fc.Arbitrary<readonly Verification[]> = fc.array(
  fc
    .record({
      step: fc.constantFrom("live", "back", "verify", "weight-20", "observe", "unheard-of"),
      attempt: fc.constantFrom("", "-2", "-3"),
      results: fc.uniqueArray(results, { selector: ({ name }) => name, maxLength: 5, minLength: 1 }),
      own: fc.boolean(),
      at: fc.integer({ min: 0, max: 100 }),
      status: fc.boolean(),
    })
    .map((v): Verification => {
      const name = `shop-1-4-0-${v.step}${v.attempt}`;
      const made = aVerification(v.step, v.results, { name, at: v.at, ...(v.own ? {} : { owner: "other" }) });
      return v.status ? made : { ...made, status: { observedGeneration: -1 } };
    }),
  { maxLength: 8 },
);
const statuses: fc.Arbitrary<Partial<ReleaseStatus>> = fc.record(
  {
    phase: fc.constantFrom(...PHASES),
    startedAt: when,
    position: fc.record({
      step: fc.integer({ min: 0, max: 5 }),
      stage: fc.constantFrom("shared", "apply", "scale", "shift", "verify"),
      since: fc.constant(at(0)),
      attempt: fc.constant(1),
      waitedMs: fc.constant(0),
    }),
    frozen: fc.constant(undefined),
    reservations: fc.array(text, { maxLength: 3 }),
    journal: fc.record({
      head: text,
      count: fc.integer({ min: 0, max: 9 }),
      entries: fc.array(fc.record({ at: text, from: text, to: text, reason: text, hash: text }), {
        maxLength: 3,
      }),
    }),
    hold: fc.record({ id: text, reason: text, message: text, since: fc.constant(at(0)) }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<ReleaseStatus>>;

describe("whatever statuses there are", () => {
  const forAll = (demand: (report: VsrReport, all: readonly Verification[]) => void) =>
    fc.assert(
      fc.property(statuses, verifications, fc.boolean(), (status, all, dryRun) =>
        demand(reportOf(aRelease(status, dryRun ? { dryRun } : {}), all), all),
      ),
      { numRuns: 500 },
    );

  it("each test of each Verification of the release is there exactly once, and each planned test at least once", () =>
    forAll((report, all) => {
      const shown = report.sections
        .filter(({ verification }) => verification !== undefined)
        .map(({ verification, tests }) => [verification?.name, tests.map(({ name }) => name)] as const);
      for (const [, tests] of shown) expect(new Set(tests).size).toBe(tests.length);
      const own = all.filter((v) => v.metadata.ownerReferences?.[0]?.uid === aRelease().metadata.uid);
      expect(shown.map(([name]) => name).sort()).toEqual(own.map((v) => v.metadata.name).sort());
      for (const v of own) {
        const found = shown.filter(([name]) => name === v.metadata.name).map(([, tests]) => tests);
        const checks = v.spec.checks.map(({ name }) => name);
        expect(found.some((tests) => checks.every((name) => tests.includes(name)))).toBe(true);
      }
      const total = report.sections.flatMap(({ tests }) => tests).length;
      expect(Object.values(report.counts).reduce((a, b) => a + b, 0)).toBe(total);
    }));

  it("a blocking failure of the candidate is never admitted, and nothing but a complete release is", () =>
    forAll(({ decision, sections, outcome, release }) => {
      const tests = sections.filter(({ kind }) => kind === "step").flatMap((s) => s.tests);
      const blocking = tests.some((t) => t.verdict === "failed" && t.severity !== "minor" && !t.advisory);
      expect(decision.reasons.includes("BlockingFailed")).toBe(blocking);
      if (blocking) expect(decision.kind).toBe("rejected");
      const admitted = decision.kind === "admission" || decision.kind === "reservations";
      expect(admitted).toBe(!blocking && outcome.phase === "Completed" && !release.dryRun);
      const short = tests.some((t) => t.effect !== "none");
      if (decision.kind === "admission") {
        expect(sections.some(({ state }) => state === "missing")).toBe(false);
        expect(tests.some((t) => t.verdict === "passed")).toBe(true);
        const last = sections.filter(({ kind, superseded }) => kind === "step" && !superseded);
        expect(short && last.flatMap((s) => s.tests).some((t) => t.effect !== "none")).toBe(false);
      }
    }));
});
