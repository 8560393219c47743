import type { Finding, KindInput } from "./finding.ts";
import type { Look } from "./look.ts";

/** A Job runs once; its outcome is the verdict. */
export function judgeJob({ look, context }: KindInput<Extract<Look, { kind: "job" }>>): Finding {
  const verdict = look.state === "running" ? "pending" : look.state === "succeeded" ? "passed" : "failed";
  const reason =
    look.state === "running" ? "JobRunning" : look.state === "succeeded" ? "JobSucceeded" : "JobFailed";
  return {
    kind: "judged",
    verdict,
    reason,
    message: look.message,
    good: look.state !== "failed",
    threshold: "the Job succeeds",
    sampleSize: 1,
    newest: context.at,
    ...(look.evidence === undefined ? {} : { evidence: look.evidence }),
  };
}
