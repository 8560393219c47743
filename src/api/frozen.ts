import { z } from "zod";
import { check, MOMENTS } from "./check.ts";
import { packageSpec } from "./common.ts";
import { dnsLabel, duration, freeObject, objectName, text, weight } from "./fields.ts";
import { LIVE, parentRef, SLOTS, timing } from "./release-plan.ts";

/**
 * Version of the frozen form; a newer controller executes an older one as it stands. It is raised when a controller that knows only the
 * number before could not go on with what is frozen. What the way back needs (all but steps and checks) never changes its meaning.
 */
export const FROZEN_FORMAT = 1;

/** Whether a controller of a later version has frozen this, in a form that this one does not know. */
export const isNewerForm = ({ format }: { readonly format: number }): boolean => format > FROZEN_FORMAT;

export const frozenStep = z
  .object({
    name: text("Name of the step.", 63),
    kind: z.enum(["deploy", "verify", "traffic", "observe"]).meta({ description: "Kind of the step." }),
    weight: weight("Share of the candidate."),
    hold: text("Time to stay, or manual.", 32).optional(),
    moment: z.enum(MOMENTS).optional().meta({ description: "Moment whose checks are judged." }),
    checks: z
      .array(text("Name of a check.", 127))
      .max(200)
      .meta({ description: "Checks of the step, by name." }),
    deadline: duration("Time, from the end of the hold, in which it must conclude."),
    /** Share for which the candidate must be ready before traffic moves. */
    capacityFor: weight("Share for which the candidate must be ready."),
  })
  .meta({ description: "A step." });
export type FrozenStep = z.output<typeof frozenStep>;

/** A rule of a route that the release moves, as it stood when the release started. */
export const trafficTarget = z
  .object({
    kind: z.enum(["HTTPRoute"]).meta({ description: "Kind." }),
    name: objectName("Name."),
    rules: z.array(z.int().min(0)).max(16).meta({ description: "Indexes of the rules at the start." }),
    ruleNames: z
      .array(z.string().max(253))
      .max(16)
      .optional()
      .meta({ description: "Names of the rules, where they have any." }),
    parents: z.array(parentRef).max(32).meta({ description: "Parents that count for in force." }),
    created: z.boolean().optional().meta({ description: "Made by Bascule." }),
  })
  .meta({ description: "Traffic object." });
export type TrafficTarget = z.output<typeof trafficTarget>;

export const frozenRelease = z
  .object({
    format: z.int().meta({ description: "Version of this form." }),
    hash: text("Hash over all the rest.", 80),
    steps: z.array(frozenStep).max(64).meta({ description: "Steps." }),
    checks: z
      .array(check)
      .max(200)
      .optional()
      .meta({ description: "Checks, templates and defaults resolved." }),
    program: dnsLabel("Stack program."),
    programDigest: text("Its digest.", 80),
    shared: z
      .boolean()
      .optional()
      .meta({ description: "The program has a part that both slots share; it is applied before the slot." }),
    serviceAccountName: dnsLabel("Service account for stack and jobs."),
    package: packageSpec,
    packageDigest: text("Digest of package and values.", 80),
    values: freeObject("Values of the program, the package's laid over the plan's.").optional(),
    replicas: z.int().min(1).meta({ description: "Replicas of a whole slot." }),
    slot: z.enum(SLOTS).meta({ description: "Slot of the candidate." }),
    live: z.enum(LIVE).meta({ description: "Live side at the start." }),
    ports: z
      .array(
        z.object({
          name: dnsLabel("Name.", 15),
          port: z.int().min(1).max(65535).meta({ description: "Port." }),
        }),
      )
      .min(1)
      .max(16)
      .meta({ description: "Ports of the program." }),
    port: z.int().min(1).max(65535).meta({ description: "Port of the Services that the route uses." }),
    adoptedService: z
      .object({ name: objectName("Name."), port: z.int().meta({ description: "Port." }) })
      .optional()
      .meta({ description: "The user's own Service." }),
    targets: z.array(trafficTarget).max(16).meta({ description: "Traffic objects." }),
    entryService: text("Service for callers inside the cluster; empty where none is made.", 253).optional(),
    madeEntries: z.array(z.string().max(253)).max(1).optional().meta({
      description:
        "Services for such callers that the entry stack makes, all moved alike. Default: the one above.",
    }),
    timing,
    history: z.int().meta({ description: "Finished releases to keep." }),
    onNewer: z.enum(["wait", "finish"]).meta({ description: "What a newer release does while observing." }),
    planGeneration: z.int().meta({ description: "Generation of the plan that was compiled." }),
  })
  .meta({ description: "The compiled release: a plan edited meanwhile applies to the next one." });
export type FrozenRelease = z.output<typeof frozenRelease>;

/** A later version's form as far as it has to be known: what takes the release back. */
export const newerFrozen = frozenRelease.extend({
  steps: z.array(z.looseObject({ name: frozenStep.shape.name })),
  checks: z.array(z.looseObject({ name: z.string() })).optional(),
});
