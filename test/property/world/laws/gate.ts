import type { ReleaseStatus } from "../../../../src/api/release.ts";
import type { VerificationSpec } from "../../../../src/api/verification.ts";
import type { Court, Law } from "./law.ts";

/** Law 4: a step is passed only by what was seen to pass, or under somebody's name, or as a declared reservation. */
export function unknownIsNotGood(court: Court): Law {
  const seen = court.keepMap<string, number>();
  return {
    onStatus(kind, name, raw) {
      if (kind !== "releases") return;
      const status = raw as ReleaseStatus;
      const { journal, frozen } = status;
      const uid = court.release(name)?.metadata.uid ?? name;
      const fresh = journal?.entries.slice(-Math.max(0, (journal?.count ?? 0) - (seen.get(uid) ?? 0))) ?? [];
      const count = seen.get(uid) ?? 0;
      seen.set(uid, journal?.count ?? 0);
      if (frozen === undefined || (journal?.count ?? 0) === count) return;
      for (const entry of fresh) {
        if (entry.reason !== "StepPassed" && entry.reason !== "Completed") continue;
        if (entry.by !== undefined) continue;
        const step = frozen.steps.find((s) => s.name === entry.from.split("/")[1]);
        if (step === undefined || step.checks.length === 0) continue;
        judge(name, step.name, step.checks.length, status);
      }
    },
  };
  function judge(release: string, step: string, checks: number, status: ReleaseStatus): void {
    const names = court.cluster.store
      .list("verifications")
      .filter((v) => {
        const spec = v.spec as VerificationSpec;
        return spec.releaseRef?.name === release && spec.step === step;
      })
      .map((v) => v.metadata.name);
    const all = names.map((n) => court.observed?.verifications[n]?.results ?? []);
    const passed = all.some(
      (results) => results.length >= checks && results.every((r) => r.verdict === "passed"),
    );
    const failed = all.at(-1)?.some((r) => r.verdict === "failed") ?? false;
    const reserved =
      court.cluster.scenario.onInconclusive === "reserve" && (status.reservations ?? []).length > 0;
    court.demand(
      passed || (reserved && !failed),
      "law 4",
      () => `${step} passed with ${JSON.stringify(all)}`,
    );
  }
}
