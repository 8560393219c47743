import { z } from "zod";
import { duration, exactlyOne, rules, text } from "../fields.ts";

/** Where a Prometheus is asked. */
export const prometheusAddress = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//)
  .optional()
  .meta({ description: "Base URL of Prometheus. Default: the controller's." });

/** Part of a metric's counters that is good, in place of the bad one. */
export const goodCounters = text(
  "Selector of the counters of good requests, in place of bad: the rest of the total is bad. For histograms: the bucket of the longest accepted time.",
  2048,
).optional();

export const prometheusCheck = z
  .object({
    address: prometheusAddress,
    share: z
      .object({
        bad: text("Selector of the counters of bad requests.", 2048).optional(),
        good: goodCounters,
        total: text("Selector of the counters of all requests.", 2048),
        max: z.number().min(0).max(1).optional().meta({
          description: "Largest allowed share of bad requests, 0 to 1.",
        }),
        limit: text("The same as max, as text, for arguments of templates: 0.01 or 1%.", 64).optional(),
        minSamples: z.int().min(1).max(10_000_000).default(20).meta({
          description: "Requests below which the check can't conclude.",
        }),
      })
      .optional()
      .meta({
        description:
          "Share of bad requests among all, from raw counters (plain series selectors, no functions). No bad series counts as 0 while the total's series exist. Evidence of harm fails at once; the share itself is judged at the end of the window.",
        ...rules(exactlyOne("share", ["bad", "good"]), exactlyOne("share", ["max", "limit"])),
      }),
    query: z
      .object({
        expr: text(
          "PromQL that answers with one number; {{window}} is the time since the split was in force.",
          4096,
        ),
        max: z.number().optional().meta({ description: "Largest allowed value." }),
        min: z.number().optional().meta({ description: "Smallest allowed value." }),
        failures: z.int().min(1).max(1000).default(3).meta({
          description: "Consecutive looks outside the limits that make the check fail.",
        }),
      })
      .optional()
      .meta({
        description: "Any PromQL with limits.",
        ...rules(
          { rule: "has(self.max) || has(self.min)", message: "query: give max, min or both" },
          {
            rule: "!has(self.max) || !has(self.min) || self.min <= self.max",
            message: "query: min must not be above max",
          },
        ),
      }),
    split: z
      .object({
        candidate: text("Selector of the counters of requests that the candidate's backend got.", 2048),
        live: text("Selector of the counters of requests that the live side's backend got.", 2048),
        source: z.enum(["gateway", "pods"]).default("gateway").meta({
          description:
            "Who counts. Counters of a gateway may stop a release, and the last of them are waited for before a slot is scaled down. Pods also count callers inside the cluster and probes: such a check is advisory.",
        }),
        tolerance: z
          .string()
          .max(64)
          .regex(/^([0-9]+([.][0-9]+)?%?|.*[{][{].*)$/, "must be a share such as 0.02 or 2%")
          .default("2%")
          .meta({
            description:
              "Difference from the asked share that does not matter: 0.02 or 2%. At most half of the smaller side's share is used.",
          }),
      })
      .optional()
      .meta({
        description:
          "Share of requests that really reaches the candidate, from raw counters (plain series selectors, no functions), against the share that the step asks for. Only in steps in which both sides get requests.",
      }),
    interval: duration("Time between two looks.").default("1s"),
    staleAfter: duration("Age of the newest sample after which the source counts as silent.").default("15s"),
  })
  .meta({
    description: "Metric check: a value from Prometheus against limits.",
    ...rules(exactlyOne("prometheus", ["share", "query", "split"])),
  });
export type PrometheusCheck = z.output<typeof prometheusCheck>;

/** Rules for an entry of which `split` asks more than other checks: when it runs, and what it may stop. */
export const splitRules = [
  {
    rule: "!has(self.prometheus) || !has(self.prometheus.split) || !has(self.when) || self.when.all(m, m == 'steps')",
    message: "when: a split is measured in steps only; set [steps] or leave it out",
  },
  {
    rule: "!has(self.prometheus) || !has(self.prometheus.split) || !has(self.advisory) || self.advisory || self.prometheus.split.source == 'gateway'",
    message: "advisory: pods also count other callers, so this split can only be advisory; leave it out",
  },
] as const;
