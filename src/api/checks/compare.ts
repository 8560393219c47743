import { z } from "zod";
import { dnsLabel, duration, durationText, exactlyOne, rules, shareText, text } from "../fields.ts";
import { goodCounters, prometheusAddress } from "./prometheus.ts";
import { scrape } from "./scrape.ts";

const arm = (side: string) =>
  z
    .object({
      total: text(`Selector of the counters of all requests that ${side} got.`, 2048),
      bad: text("Selector of the counters of bad requests.", 2048).optional(),
      good: goodCounters,
    })
    .meta({ description: `Counters of ${side}.`, ...rules(exactlyOne("counters", ["bad", "good"])) });

export const compareMetric = z
  .object({
    name: dnsLabel("Name, unique in the list."),
    candidate: arm("the candidate"),
    live: arm("the live side"),
    weight: z.number().min(0.01).max(100).default(1).meta({
      description: "Part of alpha that this metric gets, in proportion to the weights of the others.",
    }),
    detect: shareText(
      "Rise of the share of bad requests, in points, that must not be missed: 0.02 or 2%. The check passes only when it could have been seen.",
    ).default("2%"),
    tolerate: z.number().min(1).max(100).default(1).meta({
      description:
        "Ratio of odds up to which the candidate counts as no worse; 1.5 accepts about half as many more.",
    }),
    max: shareText(
      "Absolute guard: largest share of bad requests of the candidate, whatever the live side does. It is judged at 100 % too.",
    ).optional(),
  })
  .meta({ description: "One metric: a share of bad requests on both sides." });
export type CompareMetric = z.output<typeof compareMetric>;

export const compareCheck = z
  .object({
    metrics: z
      .array(compareMetric)
      .min(1)
      .max(8)
      .meta({
        description: "Metrics that share alpha. Harm in any of them fails the check.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
    alpha: z.number().min(0.0001).max(0.2).default(0.01).meta({
      description:
        "Chance of ever failing a candidate that is no worse, however often it is looked at. A release shares it out among its steps.",
    }),
    require: z.enum(["detect", "proof"]).default("detect").meta({
      description:
        "What it takes to pass at the end of the window: no harm shown where detect could have been seen, or proof that the candidate is not worse by unacceptable.",
    }),
    unacceptable: z.number().min(1.3).max(100).default(2).meta({
      description:
        "Ratio of odds that is shown not to be reached, where proof is required (chance of error 5 %).",
    }),
    source: z.enum(["gateway", "pods"]).default("gateway").meta({
      description:
        "Who counts. A gateway counts both sides in one scrape, so each scrape is judged; scrapes of pods come at different times, so four are judged together, and the spread of the live pods is taken into account.",
    }),
    podLabel: z
      .string()
      .max(63)
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
      .default("pod")
      .meta({ description: "Label that tells the pods of the live side apart, with source: pods." }),
    scrapeInterval: durationText("Time between two scrapes of the counters. A duration such as 5s.").default(
      "5s",
    ),
    prometheus: z
      .object({
        address: prometheusAddress,
      })
      .optional()
      .meta({ description: "Prometheus as the source of the counters; this is the default." }),
    scrape: scrape.optional(),
    interval: duration(
      "Time between two looks at Prometheus. Direct scraping looks once a scrapeInterval.",
    ).default("1s"),
    staleAfter: duration("Age of the newest sample after which the source counts as silent.").default("15s"),
  })
  .meta({
    description:
      "Comparison of the candidate with the live side while both get requests, by a sequential test of raw counters (plain series selectors, no functions) that may be read at every scrape.",
    ...rules(
      {
        rule: "!has(self.prometheus) || !has(self.scrape)",
        message: "compare: give prometheus or scrape, not both",
      },
      {
        rule: "!has(self.scrape) || has(self.scrape.service) == (self.source == 'gateway')",
        message:
          "compare: with source: gateway name the gateway's Service in scrape.service; with source: pods leave it out",
      },
    ),
  });
export type CompareCheck = z.output<typeof compareCheck>;

/** A comparison needs users' requests on both sides. */
export const compareRules = [
  {
    rule: "!has(self.compare) || !has(self.when) || self.when.all(m, m != 'beforeTraffic')",
    message: "when: a comparison needs traffic on both sides; leave beforeTraffic out",
  },
] as const;
