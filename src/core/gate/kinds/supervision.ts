import type { SupervisionCheck } from "../../../api/checks/supervision.ts";
import { selectorProblems } from "../selector-problems.ts";
import { probeKind } from "./probe.ts";

export const supervisionRules = probeKind<SupervisionCheck>(limitOf, {
  when: () => ["steps", "observe"],
  problems: ({ series = [], targets, alerts }) =>
    selectorProblems("supervision", {
      ...Object.fromEntries(series.map((selector, i) => [`series.${i}`, selector])),
      targets,
      alerts,
    }),
});

function limitOf({ series, targets, alerts, rules, staleAfter }: SupervisionCheck): string {
  return [
    ...(series === undefined ? [] : [`${series.length} series not older than ${staleAfter}`]),
    ...(targets === undefined ? [] : ["all targets up"]),
    ...(alerts === undefined ? [] : ["no new alert"]),
    ...(rules === undefined ? [] : [`${rules.length} alerting rules loaded`]),
  ].join(", ");
}
