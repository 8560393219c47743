import type { Check } from "../../../api/check.ts";
import type { CheckResult, Verdict } from "../../../api/verification.ts";
import { kindsOf } from "../../gate/kinds/index.ts";
import { isBlocking } from "../../gate/outcome.ts";
import type { VsrEffect, VsrNotRun, VsrTest } from "./report.ts";
import { safeLine, safeMember, safeText } from "./safe-text.ts";

/** A test with what was measured: the result as the gate recorded it. */
export function testOf(result: CheckResult): VsrTest {
  const { name, kind, severity, advisory = false, verdict, reason, message } = result;
  const { value, sampleSize, looks, evidence } = result;
  return {
    ...{ name, kind, severity, advisory, verdict, reason },
    effect: effectOf({ severity, advisory }, verdict),
    message: safeLine(message),
    ...(value === undefined ? {} : { value }),
    ...safeMember("threshold", result.threshold),
    ...safeMember("confidence", result.confidence),
    ...(sampleSize === undefined ? {} : { sampleSize }),
    ...(looks === undefined ? {} : { looks }),
    ...timesOf(result),
    ...safeMember("validator", result.validator),
    ...(evidence === undefined || evidence === "" ? {} : { evidence: safeText(evidence) }),
  };
}

function timesOf({ windowStart, windowEnd, startedAt, finishedAt }: CheckResult): Partial<VsrTest> {
  return {
    ...(windowStart === undefined ? {} : { windowStart }),
    ...(windowEnd === undefined ? {} : { windowEnd }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

const ABSENT: Readonly<Record<VsrNotRun, string>> = {
  RecordMissing: "the Verification of this step is not there: it was deleted, or never made",
  NotReached: "the release did not come to this step",
  NoResult: "the Verification holds no result of this test",
};

/** A test that has no result: it did not run, or what it measured is not there any more. */
export function testNotRun(name: string, check: Check | undefined, absent: VsrNotRun): VsrTest {
  const { severity = "blocking", advisory = false } = check ?? {};
  return {
    name,
    kind: check === undefined ? "unknown" : (kindsOf(check)[0] ?? "unknown"),
    severity,
    advisory,
    verdict: "notRun",
    effect: effectOf({ severity, advisory }, "notRun"),
    reason: absent,
    message: ABSENT[absent],
    absent,
  };
}

function effectOf(policy: Pick<VsrTest, "severity" | "advisory">, verdict: Verdict): VsrEffect {
  if (verdict === "passed" || verdict === "notApplicable") return "none";
  if (!isBlocking(policy)) return "reserves";
  return verdict === "failed" ? "rejects" : "open";
}
