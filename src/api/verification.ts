import { z } from "zod";
import { check, MOMENTS, SEVERITIES } from "./check.ts";
import { CHECK_KINDS } from "./checks/kinds.ts";
import { answer } from "./checks/manual.ts";
import { conditions } from "./common.ts";
import { dnsLabel, duration, objectName, text, time, weight } from "./fields.ts";
import type { KubeObject } from "./object.ts";
import { SLOTS } from "./release-plan.ts";

export const VERDICTS = [
  "pending",
  "passed",
  "failed",
  "inconclusive",
  "error",
  "notRun",
  "notApplicable",
] as const;
export type Verdict = (typeof VERDICTS)[number];

export const checkResult = z
  .object({
    name: dnsLabel("Name of the check.", 127),
    kind: z.enum(CHECK_KINDS).meta({ description: "Kind of the check." }),
    severity: z.enum(SEVERITIES).meta({ description: "Severity." }),
    advisory: z.boolean().optional().meta({ description: "May not stop a release." }),
    verdict: z.enum(VERDICTS).meta({ description: "Judgement so far; failed is final." }),
    reason: text("One word for machines.", 128),
    message: text("One sentence for people.", 2048),
    value: z.number().optional().meta({ description: "Measured value of the deciding look." }),
    threshold: text("Limit that it was held against.", 512).optional(),
    confidence: text(
      "What the value is worth: chance of a false alarm, and what could have been seen.",
      512,
    ).optional(),
    sampleSize: z.int().optional().meta({ description: "Requests, samples or looks behind the value." }),
    windowStart: time("Start of what was looked at; never before the step's split was in force.").optional(),
    windowEnd: time("End of what was looked at.").optional(),
    startedAt: time("First look.").optional(),
    finishedAt: time(
      "Look that decided. Every result has it but a pending one, and an error that may still turn out either way.",
    ).optional(),
    looks: z.int().optional().meta({ description: "Number of looks." }),
    validator: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: "Who judged: controller and version, or a person." }),
    evidence: text("Bounded excerpt of what was seen, secrets masked.", 4096).optional(),
    /** State that lets a restarted controller go on with the same judgement. */
    memory: z.record(z.string(), z.unknown()).optional().meta({
      description: "State of the judge, for continuing after a restart.",
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
    }),
  })
  .meta({ description: "Result of one check." });
export type CheckResult = z.output<typeof checkResult>;

export const verificationSpec = z
  .object({
    releaseRef: z
      .object({ name: dnsLabel("Release.") })
      .optional()
      .meta({ description: "Release that it judges." }),
    step: text("Step of the release.", 63).optional(),
    moment: z.enum(MOMENTS).default("steps").meta({ description: "Moment of the release." }),
    target: z
      .object({
        service: objectName("Service of the candidate."),
        plan: dnsLabel("Plan.", 40).optional(),
        slot: z.enum(SLOTS).optional().meta({ description: "Slot." }),
        /** The other side while both get traffic. */
        baselineService: objectName("Service of the live side.").optional(),
        share: weight("Share of requests that the candidate is asked to get.").optional(),
        version: text("Version under test.", 128).optional(),
        image: text("Image under test, default for jobs.", 1024).optional(),
        packageDigest: text("Digest of the package and its values under test.", 80).optional(),
        serviceAccountName: dnsLabel("Service account for jobs.").optional(),
      })
      .meta({ description: "What is verified." }),
    checks: z
      .array(check)
      .min(1)
      .max(200)
      .meta({
        description: "Checks, templates resolved.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
    from: time("Start of the evidence: the time at which the split was in force.").optional(),
    window: duration("Time to look at before metric checks may pass.").optional(),
    deadline: duration("Time after which what has not concluded is inconclusive.").default("15m"),
    answers: z
      .array(answer)
      .max(200)
      .optional()
      .meta({
        description: "Answers of people to manual checks, given one by one.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["check"],
      }),
    endChecks: z.array(dnsLabel("Name of a check.", 127)).max(200).optional().meta({
      description:
        "Set by the release: checks that need no further looks, because what they measure is over.",
      "x-kubernetes-list-type": "set",
    }),
    end: z.boolean().optional().meta({
      description:
        "Set by the release when it needs no further looks. A Verification without release ends by itself.",
    }),
  })
  .meta({ description: "One execution of checks." });
export type VerificationSpec = z.output<typeof verificationSpec>;

export const verificationStatus = z
  .object({
    observedGeneration: z.int().default(-1).meta({ description: "Generation that this status describes." }),
    phase: z
      .enum(["Waiting", "Running", "Passed", "Reserved", "Failed", "Inconclusive", "Error", "Stopped"])
      .optional()
      .meta({
        description: "State of the whole.",
      }),
    startedAt: time("Start.").optional(),
    finishedAt: time("End.").optional(),
    results: z.array(checkResult).max(200).optional().meta({ description: "Results, one a check." }),
    conditions,
  })
  .meta({ description: "Results." });
export type VerificationStatus = z.output<typeof verificationStatus>;

export interface Verification extends KubeObject {
  readonly kind: "Verification";
  readonly spec: VerificationSpec;
  readonly status?: VerificationStatus;
}
