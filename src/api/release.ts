import { z } from "zod";
import { conditions, packageSpec } from "./common.ts";
import { control } from "./control.ts";
import { dnsLabel, freeObject, rules, text, time } from "./fields.ts";
import { frozenRelease } from "./frozen.ts";
import { intent } from "./intent.ts";
import type { KubeObject } from "./object.ts";
import { LIVE, SLOTS } from "./release-plan.ts";
import { sharedProgress } from "./shared.ts";

export const PHASES = [
  "Pending",
  "Preparing",
  "Shifting",
  "Observing",
  "Completed",
  "Reverting",
  "Reverted",
  "RevertFailed",
  "Failed",
  "Cancelled",
  "Superseded",
] as const;
export type Phase = (typeof PHASES)[number];

export const releaseSpec = z
  .object({
    planRef: z
      .object({ name: dnsLabel("Name of the plan, in this namespace.", 40) })
      .meta({ description: "Plan." }),
    package: packageSpec,
    change: freeObject("Change data: object, scope, reasons, risks, requester.").optional(),
    schedule: z
      .object({
        notBefore: time("Earliest start.").optional(),
        notAfter: time("Latest start.").optional(),
      })
      .optional()
      .meta({
        description: "Planned dates.",
        ...rules({
          rule: "!has(self.notBefore) || !has(self.notAfter) || self.notBefore < self.notAfter",
          message: "notAfter must be later than notBefore",
          fieldPath: ".notAfter",
        }),
      }),
    dryRun: z.boolean().optional().meta({ description: "Preview only: nothing is applied." }),
    control: control.optional(),
  })
  .meta({
    description: "One run of a release.",
    ...rules(
      {
        rule: "self.planRef == oldSelf.planRef",
        message: "planRef can't change; create another Release",
        fieldPath: ".planRef",
      },
      {
        rule: "self.__package__ == oldSelf.__package__",
        message: "package can't change; create another Release",
        fieldPath: ".package",
      },
      {
        rule: "has(self.dryRun) == has(oldSelf.dryRun) && (!has(self.dryRun) || self.dryRun == oldSelf.dryRun)",
        message: "dryRun can't change; create another Release",
        fieldPath: ".dryRun",
      },
    ),
  });
export type ReleaseSpec = z.output<typeof releaseSpec>;

const split = z.record(z.string().max(253), z.int()).meta({
  description: "Share of requests in hundredths of a percent, by side (blue, green, adopted).",
  maxProperties: 16,
});

/** Where a running release stands: a step of the frozen list and a stage in it. */
export const position = z
  .object({
    step: z.int().min(0).meta({ description: "Index in frozen.steps." }),
    stage: z.enum(["shared", "apply", "scale", "shift", "verify"]).meta({
      description:
        "shared: the part that both slots share; apply: stacks; scale: until enough replicas are ready; shift: until the split is in force; verify: hold and checks.",
    }),
    since: time("Start of the stage; moved on while it waits for its turn at Pulumi."),
    attempt: z.int().min(1).default(1).meta({ description: "Number of this try of the step." }),
    acceptedAt: time("Time at which the gateway accepted the split.").optional(),
    inForceAt: time("Time at which the split was in force; evidence starts here.").optional(),
    verification: text("Name of the step's Verification.", 253).optional(),
    /** A person is awaited since; deadlines stand still meanwhile. */
    waitingSince: time("Time since when a person is awaited.").optional(),
    waitedMs: z
      .int()
      .min(0)
      .default(0)
      .meta({ description: "Milliseconds of this step spent waiting for a person." }),
    promotedBy: text(
      "Person who ended the step's manual hold or accepted what was inconclusive.",
      256,
    ).optional(),
  })
  .meta({ description: "Where the release stands." });
export type Position = z.output<typeof position>;

const ending = z
  .object({
    outcome: z
      .enum(["Reverted", "Superseded", "Cancelled", "Failed"])
      .meta({ description: "Phase in which it will end." }),
    reason: text("One word for machines.", 128),
    message: text("One sentence for people.", 2048),
    by: text("Person who asked for it.", 256).optional(),
    since: time("Time of the decision."),
    backTo: z.enum(LIVE).meta({ description: "Side that gets the traffic." }),
    verification: text("Verification that shows the live side to be well.", 253).optional(),
    inForceAt: time("Time at which all traffic was back.").optional(),
  })
  .meta({ description: "How and why the release is being taken back." });

const transition = z
  .object({
    at: time("Time."),
    from: text("Phase and step before.", 128),
    to: text("Phase and step after.", 128),
    reason: text("One word for machines.", 128),
    message: text("One sentence for people.", 2048).optional(),
    by: text("Person or controller that decided.", 256).optional(),
    hash: text("Hash over this entry and the one before.", 80),
  })
  .meta({ description: "An entry of the journal." });
export type Transition = z.output<typeof transition>;

export const releaseStatus = z
  .object({
    observedGeneration: z.int().default(-1).meta({ description: "Generation that this status describes." }),
    phase: z.enum(PHASES).optional().meta({ description: "Phase of the release." }),
    slot: z.enum(SLOTS).optional().meta({ description: "Slot of the candidate." }),
    step: text("Step, for people.", 63).optional(),
    weight: text("Share of the candidate in force, for people.", 16).optional(),
    verdict: text("Judgement of the step so far, for people.", 32).optional(),
    message: text("What it does or waits for, for people.", 2048).optional(),
    sequence: z.int().optional().meta({ description: "Number of the release in its plan." }),
    startedAt: time("Start.").optional(),
    finishedAt: time("End.").optional(),
    /** Live side when the release started: the way back. */
    liveBefore: z.enum(LIVE).optional().meta({ description: "Side that was live at the start." }),
    frozen: frozenRelease.optional(),
    position: position.optional(),
    intents: z.array(intent).max(16).optional().meta({ description: "Decided and not yet seen done." }),
    split: split.optional(),
    floor: z.int().min(0).optional().meta({
      description:
        "Most ready replicas that the live side had since the start; more than its workloads ask for count after three seconds.",
    }),
    rises: z
      .array(
        z.object({
          ready: z.int().min(0).meta({ description: "Ready replicas." }),
          since: time("Since when there are as many."),
        }),
      )
      .max(4)
      .optional()
      .meta({ description: "More ready replicas of the live side, which do not count yet." }),
    hold: z
      .object({
        id: text("Id that control.resume names.", 64),
        reason: text("One word for machines.", 128),
        message: text("One sentence for people.", 2048),
        since: time("Start of the hold."),
      })
      .optional()
      .meta({ description: "What holds the release." }),
    ending: ending.optional(),
    entryDigest: text("Digest of what the entry stack was applied with.", 80).optional(),
    shared: sharedProgress.optional(),
    liveChecks: z.array(z.string().max(127)).max(200).optional().meta({
      description: "Functional checks that the live side passed when the release started.",
    }),
    acceptedLive: z.enum(LIVE).optional().meta({ description: "Side that a person declared live." }),
    corrections: z
      .array(z.string().max(40))
      .max(3)
      .optional()
      .meta({ description: "Times of the last corrections of the route." }),
    reservations: z
      .array(text("Reservation.", 1024))
      .max(100)
      .optional()
      .meta({ description: "Findings that did not stop it, to be followed up." }),
    moreReservations: z.int().min(0).optional().meta({
      description: "Findings that did not fit into reservations; the Verifications hold them.",
    }),
    journal: z
      .object({
        head: text("Hash of the last entry.", 80),
        count: z.int().meta({ description: "Entries ever written." }),
        entries: z.array(transition).max(150).meta({ description: "The last entries." }),
        stored: z.int().min(0).optional().meta({
          description:
            "So many of the first entries are kept in ConfigMaps `<release>-journal-<offset>`. What lies between them and `entries` is not kept.",
        }),
        problem: z
          .object({
            reason: text("One word for machines.", 128),
            message: text("One sentence for people.", 1024),
          })
          .optional()
          .meta({ description: "Why entries are not kept, or not where they should be." }),
      })
      .optional()
      .meta({ description: "Hash-chained journal." }),
    preview: freeObject("Result of a dry run.").optional(),
    conditions,
  })
  .meta({ description: "State of the run." });
export type ReleaseStatus = z.output<typeof releaseStatus>;
export type Journal = NonNullable<ReleaseStatus["journal"]>;

export interface Release extends KubeObject {
  readonly kind: "Release";
  readonly spec: ReleaseSpec;
  readonly status?: ReleaseStatus;
}
