import { z } from "zod";
import { duration, rules, text } from "../fields.ts";
import { prometheusAddress } from "./prometheus.ts";
import { repetition } from "./repetition.ts";

export const supervisionCheck = z
  .object({
    series: z.array(text("Plain series selector.", 2048)).min(1).max(20).optional().meta({
      description: "Series that must exist for the candidate and be fresh: one selector a metric.",
    }),
    targets: text(
      'Selector of the scrape targets of the candidate, for instance up{namespace="{{target.namespace}}"}: there must be one, and all must be up.',
      2048,
    ).optional(),
    alerts: text(
      "Selector of the alerts that are about the candidate, for instance ALERTS{namespace=\"{{target.namespace}}\"}: none may begin to fire. Those that fired before the step's split was in force don't count.",
      2048,
    ).optional(),
    rules: z.array(text("Name of an alert.", 256)).min(1).max(50).optional().meta({
      description: "Alerting rules that must be loaded.",
    }),
    appearWithin: duration(
      "Time from the start in which series and targets of new pods may still be missing.",
    ).default("30s"),
    staleAfter: duration("Age of the newest sample after which a series is not fresh.").default("15s"),
    prometheus: z
      .object({ address: prometheusAddress })
      .prefault({})
      .meta({ description: "Prometheus that supervises." }),
    ...repetition,
  })
  .meta({
    description:
      "Supervision check: whether the candidate is seen by Prometheus at all. What is not supervised is no good candidate: missing or stale data fails.",
    ...rules({
      rule: "has(self.series) || has(self.targets) || has(self.alerts) || has(self.rules)",
      message: "supervision: give series, targets, alerts or rules",
    }),
  });
export type SupervisionCheck = z.output<typeof supervisionCheck>;
