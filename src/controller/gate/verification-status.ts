import type { CheckResult, Verification, VerificationStatus } from "../../api/verification.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { conditionsOf, type VerificationPhase } from "../../core/gate/verification-phase.ts";

/** Evidence of all checks together; an object of the API has to stay small, whatever candidates answer. */
const EVIDENCE_BUDGET = 48 * 1024;
const LONGEST_EVIDENCE = 4096;

export interface StatusInput {
  readonly verification: Verification;
  readonly phase: VerificationPhase;
  readonly results: readonly CheckResult[];
  readonly start: Instant;
  readonly now: Instant;
  readonly finishedAt: Instant | undefined;
}

/** Builds the status of a Verification from its results. */
export function statusOf(input: StatusInput): VerificationStatus {
  const { verification, phase, results, start, now, finishedAt } = input;
  const generation = verification.metadata.generation ?? 0;
  return {
    observedGeneration: generation,
    phase,
    startedAt: renderInstant(start),
    ...(finishedAt === undefined ? {} : { finishedAt: renderInstant(finishedAt) }),
    results: results.map((result) => withBoundedEvidence(result, results.length)),
    conditions: conditionsOf(phase, summaryOf(results), now, {
      generation,
      conditions: verification.status?.conditions ?? [],
    }),
  };
}

/** What one says that may not run yet. */
export function waitingStatus(verification: Verification, why: string, now: Instant): VerificationStatus {
  const generation = verification.metadata.generation ?? 0;
  const conditions = verification.status?.conditions ?? [];
  return {
    observedGeneration: generation,
    phase: "Waiting",
    conditions: conditionsOf("Waiting", why, now, { generation, conditions }),
  };
}

function withBoundedEvidence(result: CheckResult, checks: number): CheckResult {
  const most = Math.min(LONGEST_EVIDENCE, Math.floor(EVIDENCE_BUDGET / Math.max(1, checks)));
  const { evidence } = result;
  return evidence === undefined || evidence.length <= most
    ? result
    : { ...result, evidence: evidence.slice(0, most) };
}

/** One sentence: what failed first, else how many stand how. */
function summaryOf(results: readonly CheckResult[]): string {
  const failed = results.find(({ verdict, advisory }) => verdict === "failed" && advisory !== true);
  if (failed) return `${failed.name}: ${failed.message}`;
  const counts = new Map<string, number>();
  for (const { verdict } of results) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}
