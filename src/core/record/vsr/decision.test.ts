import { describe, expect, it } from "vitest";
import {
  allPassed,
  aRelease,
  aResult,
  at,
  aVerification,
  reportOf,
  withResult,
} from "../../../../test/support/vsr-record.ts";
import type { ReleaseStatus } from "../../../api/release.ts";

type Ending = NonNullable<ReleaseStatus["ending"]>;
const ending = (outcome: Ending["outcome"], reason: string, by?: string): Ending => ({
  ...{ outcome, reason, message: reason, since: at(100), backTo: "blue" },
  ...(by === undefined ? {} : { by }),
});
const failed = { verdict: "failed" } as const;

describe("the decision of a release that is complete", () => {
  it("is admission when every test of every step passed", () => {
    const report = reportOf(aRelease(), allPassed());
    expect(report.decision).toEqual({
      kind: "admission",
      reasons: ["AllPassed"],
      tests: [],
      contradicted: false,
    });
  });

  it("does not mind what is not applicable", () => {
    const report = reportOf(aRelease(), withResult("observe", "errors", { verdict: "notApplicable" }));
    expect(report.decision.kind).toBe("admission");
  });

  it.each(["failed", "inconclusive", "error", "notRun", "pending"] as const)(
    "has reservations when a minor test is %s, and names it",
    (verdict) => {
      const { decision, reservations } = reportOf(aRelease(), withResult("verify", "style", { verdict }));
      expect(decision).toMatchObject({
        kind: "reservations",
        reasons: ["Reservations"],
        tests: ["verify/style"],
      });
      expect(reservations).toHaveLength(1);
    },
  );

  it.each(["inconclusive", "error", "notRun", "pending"] as const)(
    "has reservations when a blocking test that was let through is %s",
    (verdict) => {
      const { decision } = reportOf(aRelease(), withResult("weight-20", "health", { verdict }));
      expect(decision).toMatchObject({ kind: "reservations", tests: ["weight-20/health"] });
    },
  );

  it("has reservations when the release recorded some, whatever the tests say", () => {
    const { decision } = reportOf(
      aRelease({ reservations: ["verify: rest skipped by ada: urgent"] }),
      allPassed(),
    );
    expect(decision).toMatchObject({ kind: "reservations", reasons: ["Reservations"] });
  });

  it("is no plain admission when no test passed, or when a step's results are gone", () => {
    expect(reportOf(aRelease({ frozen: undefined, position: undefined }), []).decision).toMatchObject({
      kind: "reservations",
      reasons: ["NothingPassed"],
    });
    expect(reportOf(aRelease(), allPassed().slice(0, 2)).decision.reasons).toContain("RecordIncomplete");
  });

  it("is no plain admission when its journal was changed", () => {
    const release = aRelease();
    const { journal } = release.status as { readonly journal: NonNullable<ReleaseStatus["journal"]> };
    const entries = journal.entries.map((e, i) => (i === 1 ? { ...e, message: "all was well" } : e));
    const report = reportOf(aRelease({ journal: { ...journal, entries } }), allPassed());
    expect(report.decision).toMatchObject({ kind: "reservations", reasons: ["RecordIncomplete"] });
    expect(report.seal.journalWhole).toBe(false);
  });

  it("is rejected, and says that this contradicts the end, when a blocking test failed", () => {
    const { decision } = reportOf(aRelease(), withResult("observe", "errors", failed));
    expect(decision).toEqual({
      kind: "rejected",
      reasons: ["BlockingFailed"],
      tests: ["observe/errors"],
      contradicted: true,
    });
  });

  it("is not led by tests of the live side", () => {
    const live = aVerification("live", [aResult("health", 5, failed)], { at: 5 });
    const report = reportOf(aRelease(), [live, ...allPassed()]);
    expect(report.decision.kind).toBe("admission");
    expect(report.sections[0]).toMatchObject({ kind: "live" });
  });

  it("is led by the last attempt of a step, but forgets no failure", () => {
    const former = (verdict: "inconclusive" | "failed") =>
      aVerification("weight-20", [aResult("health", 65, { verdict })], { at: 65 });
    const again = allPassed().map((v) =>
      v.spec.step === "weight-20" ? { ...v, metadata: { ...v.metadata, name: "shop-1-4-0-weight-20-2" } } : v,
    );
    expect(reportOf(aRelease(), [former("inconclusive"), ...again]).decision.kind).toBe("admission");
    expect(reportOf(aRelease(), [former("failed"), ...again]).decision.kind).toBe("rejected");
  });
});

describe("the decision of a release that is not complete", () => {
  const cases: readonly (readonly [string, Partial<ReleaseStatus>, string, string])[] = [
    ["goes on", { phase: "Shifting" }, "postponed", "InProgress"],
    [
      "is held",
      { phase: "Shifting", hold: { id: "h", reason: "ManualHold", message: "m", since: at(50) } },
      "postponed",
      "Held",
    ],
    ["was cancelled", { phase: "Cancelled" }, "postponed", "Cancelled"],
    ["was superseded", { phase: "Superseded" }, "postponed", "Superseded"],
    [
      "was taken back because the tests could not decide",
      { phase: "Reverted", ending: ending("Reverted", "Inconclusive") },
      "postponed",
      "Undecided",
    ],
    [
      "lost its candidate",
      { phase: "Reverted", ending: ending("Reverted", "CandidateLost") },
      "rejected",
      "NotDelivered",
    ],
    [
      "could not be taken back",
      { phase: "RevertFailed", ending: ending("Reverted", "GateFailed") },
      "rejected",
      "NotDelivered",
    ],
    [
      "is being taken back for a newer one",
      { phase: "Reverting", ending: ending("Superseded", "Superseded") },
      "postponed",
      "Superseded",
    ],
    ["never started", { phase: "Failed", startedAt: undefined }, "postponed", "NotStarted"],
    ["failed while it was deployed", { phase: "Failed" }, "rejected", "NotDelivered"],
  ];
  it.each(cases)("that %s", (_, status, kind, reason) => {
    const { decision, reservations } = reportOf(aRelease(status), []);
    expect(decision).toMatchObject({ kind, reasons: [reason], contradicted: false });
    expect(reservations).toEqual([]);
  });

  it("is rejected under the name of the person who took it back", () => {
    const status = { phase: "Reverted", ending: ending("Reverted", "Aborted", "ada@example.com") } as const;
    expect(reportOf(aRelease(status), allPassed()).decision).toMatchObject({
      kind: "rejected",
      reasons: ["TakenBack"],
      by: "ada@example.com",
    });
  });

  it("is rejected for a blocking failure before all other reasons", () => {
    const release = aRelease({ phase: "Superseded" });
    expect(reportOf(release, withResult("verify", "health", failed)).decision).toMatchObject({
      kind: "rejected",
      reasons: ["BlockingFailed"],
      contradicted: false,
    });
  });

  it("is postponed for a dry run, which applied nothing", () => {
    expect(reportOf(aRelease({}, { dryRun: true }), []).decision).toMatchObject({ reasons: ["DryRun"] });
  });
});
