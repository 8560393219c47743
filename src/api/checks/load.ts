import { z } from "zod";
import { duration, durationText, rules, shareText } from "../fields.ts";
import { bodyOfPost, httpCheck } from "./http.ts";

/** What no load may exceed, whatever a plan says: it is aimed at a service that may be the production's own. */
export const LOAD_LIMITS = {
  /** Requests a second. */
  rate: 1_000,
  /** Milliseconds over all stages. */
  duration: 10 * 60_000,
  /** Milliseconds until an answer is given up. */
  timeout: 10_000,
  connections: 256,
  /** Requests that are due and not answered: more are counted as not sent. */
  inFlight: 2_048,
  /** Bytes of one answer, and of all together. */
  answerBytes: 1_048_576,
  bytes: 2 * 1_073_741_824,
  /** Loads at once over the whole controller; one a target. */
  atOnce: 2,
} as const;

const RATE_TEXT = "^([0-9]{1,4}|[{][{] *args[.][a-zA-Z0-9]+ *[}][}])$";
const rate = (description: string, least: number) =>
  z.union([z.int().min(least).max(LOAD_LIMITS.rate), z.string().max(64).regex(new RegExp(RATE_TEXT))]).meta({
    description: `${description} At most ${LOAD_LIMITS.rate}.`,
    "x-kubernetes-int-or-string": true,
    maxLength: 64,
    ...rules({
      rule: `type(self) == int ? self >= ${least} && self <= ${LOAD_LIMITS.rate} : string(self).matches('${RATE_TEXT}')`,
      message: `must be an integer from ${least} to ${LOAD_LIMITS.rate}`,
    }),
  });

const stage = z
  .object({
    duration: durationText("How long it lasts. A duration such as 30s."),
    rate: rate("Requests a second; at its end, where it begins with another rate.", 1),
    from: rate("Requests a second at its beginning. Default: rate, which is then constant.", 0).optional(),
  })
  .meta({
    description:
      "A constant rate, or a ramp from one rate to another. A short one with a high rate is a spike.",
  });

const latency = (share: string) =>
  durationText(`Longest time in which ${share} have to be answered, from when they were due.`).optional();

const { path, method, scheme, port, url, headers, body } = httpCheck.shape;

export const loadCheck = z
  .object({
    ...{ path, method, scheme, port, url, headers, body },
    stages: z.array(stage).min(1).max(20).meta({
      description: "Rates of requests, one stage after the other, at most 10m together.",
    }),
    connections: z.int().min(1).max(LOAD_LIMITS.connections).default(32).meta({
      description: "Connections at most. A request that finds none free waits, and its time runs.",
    }),
    timeout: duration("Time until an answer is given up, at most 10s.").default("5s"),
    expect: z
      .object({
        status: z.array(z.int().min(100).max(599)).min(1).max(20).optional().meta({
          description: "Status codes that are no error. Default: all below 400.",
        }),
      })
      .prefault({})
      .meta({ description: "What the answers must look like." }),
    limits: z
      .object({
        p50: latency("half of the requests"),
        p90: latency("90 % of the requests"),
        p95: latency("95 % of the requests"),
        p99: latency("99 % of the requests"),
        p999: latency("99.9 % of the requests"),
        max: latency("all requests"),
        errors: shareText(
          "Largest share of requests with an error or without an answer: 0.01 or 1%.",
        ).default("1%"),
        rate: shareText(
          "Smallest rate of answers, as a share of the rate that was asked for: 0.95 or 95%.",
        ).optional(),
      })
      .prefault({})
      .meta({ description: "What is measured, and how good it has to be." }),
  })
  .meta({
    description:
      "Load on the candidate slot, once: requests are sent when they are due, whether or not earlier ones were answered (open model), and their time counts from then.",
    ...rules(bodyOfPost),
  });
export type LoadCheck = z.output<typeof loadCheck>;
