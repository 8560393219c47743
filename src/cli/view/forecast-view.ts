import type { Forecast, StepForecast } from "../forecast.ts";
import { changeText } from "../value-diff.ts";
import type { Paint } from "./paint.ts";
import { renderColumns, renderTable } from "./table.ts";

/** A forecast for people. */
export function renderForecast(f: Forecast, paint: Paint): readonly string[] {
  const where = f.slot === undefined ? "" : ` to ${f.slot}`;
  return [
    paint.strong(`plan ${f.plan}: release ${f.release}, version ${f.version}${where}; ${f.live} is live`),
    "",
    ...stepLines(f),
    "",
    ...comparisonLines(f),
    ...changeLines(f, paint),
    ...sharedLines(f, paint),
    ...list("would not start now", f.gates, (g) => `${paint.bad(g.gate)} (${g.effect}): ${g.message}`),
    ...list("warnings", f.warnings, (w) => paint.busy(w)),
    ...list("network policies of others that apply to the slot's pods", f.networkPolicies, (p) => p),
    ...list("notes", f.notes, (n) => n),
    ...(f.gates.length === 0 && f.slot !== undefined ? ["nothing stands in the way of its start"] : []),
  ];
}

function stepLines(f: Forecast): readonly string[] {
  if (f.steps.length === 0) return ["the steps can't be told: see what stands in the way below"];
  const row = (s: StepForecast): readonly string[] => [
    s.name,
    s.weight,
    s.hold ?? "",
    s.deadline,
    String(s.ready),
    s.checks.join(", "),
  ];
  const people = f.manual.length === 0 ? "" : `, and whatever people take in ${f.manual.join(", ")}`;
  return [
    ...renderTable(["STEP", "WEIGHT", "HOLD", "DEADLINE", "READY", "CHECKS"], f.steps.map(row)),
    `at least ${f.atLeast ?? "0s"} of holds${people}; getting ready and the checks come on top`,
  ];
}

/** What comparisons will be able to see, where the traffic is known. */
function comparisonLines(f: Forecast): readonly string[] {
  const rows = f.steps.flatMap(({ name, requests, comparisons = [] }) =>
    comparisons.map((c) => [
      name,
      `${c.check}, ${c.metric}`,
      String(requests ?? ""),
      `+${c.detect}`,
      c.needed ?? "never",
      c.smallest === undefined ? "nothing" : `+${c.smallest}`,
    ]),
  );
  if (rows.length === 0) return [];
  return [
    "comparisons at the present traffic, with 90 % power:",
    ...renderTable(["STEP", "COMPARISON", "REQUESTS", "DETECT", "TAKES", "SEES IN ITS TIME"], rows),
    "",
  ];
}

function changeLines(f: Forecast, paint: Paint): readonly string[] {
  const { against, fields } = f.changes;
  if (fields.length === 0) return [`changes: none to compare (${against})`];
  return [
    `changes from ${against}:`,
    ...renderColumns(fields.map((c) => [`  ${paint.strong(c.field)}`, changeText(c)])),
  ];
}

function sharedLines({ shared }: Forecast, paint: Paint): readonly string[] {
  if (shared === undefined) return [];
  if (shared.stands) return ["shared part: stands as this release wants it; nothing is applied"];
  return [
    "shared part, before the slot:",
    ...shared.deletes.map((object) => `  ${paint.bad("delete")} ${object} (needs approval)`),
    ...shared.creates.map((object) => `  create ${object}`),
    ...shared.keeps.map((object) => `  look at ${object}`),
    ...(shared.note === undefined ? [] : [`  ${shared.note}`]),
  ];
}

const list = <T>(title: string, items: readonly T[], line: (item: T) => string): readonly string[] =>
  items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${line(item)}`)];
