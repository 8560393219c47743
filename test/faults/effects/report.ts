import { MOMENTS } from "../support/order.ts";
import { type Boundary, renderBoundary } from "./boundaries.ts";

/** What a run with one kill came to. */
export interface Result extends Boundary {
  readonly scenario: string;
  /** `unreached`: the run ended well, and the effect that was to be disturbed did not come about in it. */
  readonly outcome: "same" | "breach" | "unreached";
  readonly breaches: readonly string[];
  readonly seconds: number;
}

/** Scenario × moment × runs × breaches. */
export function renderTable(results: readonly Result[]): string {
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
  const head = ["scenario", "moment", "runs", "breaches", "not reached"];
  const rows = scenarios.flatMap((scenario) =>
    MOMENTS.flatMap((moment) => {
      const some = results.filter((r) => r.scenario === scenario && r.moment === moment);
      const of = (outcome: Result["outcome"]): number => some.filter((r) => r.outcome === outcome).length;
      const row = [scenario, moment, some.length - of("unreached"), of("breach"), of("unreached")];
      return some.length === 0 ? [] : [row.map(String)];
    }),
  );
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A line while it goes on, and what was broken. */
export function renderResult(result: Result): string {
  const { scenario, outcome, breaches, seconds } = result;
  const said = { same: "as undisturbed", breach: "BREACH", unreached: "not reached" }[outcome];
  const line = `${scenario}: ${renderBoundary(result)}: ${said} (${seconds} s)`;
  return [line, ...breaches.map((breach) => `    ${breach}`)].join("\n");
}
