import type { CheckResult, Verdict, Verification } from "../../api/verification.ts";
import { type Instant, readInstant } from "../../base/instant.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { elapsedColumn } from "./time.ts";

/** Turns the states of a Verification into lines: one for each verdict that a check comes to. */
export class VerificationProgress {
  readonly #paint: Paint;
  readonly #known = new Map<string, Verdict>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** Lines for what is new in this state. */
  take(verification: Verification, now: Instant): readonly string[] {
    const start = startOf(verification) ?? now;
    return (verification.status?.results ?? []).flatMap((result) => {
      const before = this.#known.get(result.name) ?? "pending";
      this.#known.set(result.name, result.verdict);
      if (before === result.verdict) return [];
      const at = readInstant(result.finishedAt ?? "") ?? now;
      const verdict = paintVerdict(result, this.#paint);
      return [`${elapsedColumn(start, at)}  ${result.name}  ${verdict}  ${result.message}`];
    });
  }
}

const startOf = ({ status, metadata }: Verification): Instant | undefined =>
  readInstant(status?.startedAt ?? metadata.creationTimestamp ?? "");

function paintVerdict({ verdict }: CheckResult, paint: Paint): string {
  if (verdict === "passed") return paint.good(verdict);
  return verdict === "failed" || verdict === "error" ? paint.bad(verdict) : paint.busy(verdict);
}

/** How many checks stand how, such as `2 passed, 1 pending`. */
export function countVerdicts({ spec, status }: Verification): string {
  const counts = new Map<Verdict, number>();
  for (const { name } of spec.checks) {
    const verdict = status?.results?.find((result) => result.name === name)?.verdict ?? "pending";
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}

/** The line below the progress. */
export const verificationLine = (verification: Verification, now: Instant): string =>
  `${elapsedColumn(startOf(verification) ?? now, now)}  ${verification.status?.phase ?? "waiting for the controller"}  ${countVerdicts(verification)}`;

const HEADER = ["CHECK", "KIND", "SEVERITY", "VERDICT", "VALUE", "LIMIT", "SAMPLE", "MESSAGE"] as const;

/** The results as a table. */
export const renderResults = ({ status }: Verification, paint: Paint): readonly string[] =>
  renderTable(
    HEADER,
    (status?.results ?? []).map((r) => [
      ...[r.name, r.kind, r.advisory ? "advisory" : r.severity, paintVerdict(r, paint)],
      ...[r.value === undefined ? "" : String(Number(r.value.toPrecision(6))), r.threshold ?? ""],
      ...[r.sampleSize === undefined ? "" : String(r.sampleSize), r.message],
    ]),
  );
