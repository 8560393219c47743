import { z } from "zod";
import { verificationEntry } from "./check.ts";
import { conditions, packageSpec } from "./common.ts";
import {
  dnsLabel,
  duration,
  exactlyOne,
  freeObject,
  objectName,
  rules,
  text,
  time,
  weight,
} from "./fields.ts";
import { intent } from "./intent.ts";
import type { KubeObject } from "./object.ts";
import { sharedStanding } from "./shared.ts";

export const SLOTS = ["blue", "green"] as const;
export type Slot = (typeof SLOTS)[number];
/** The live side before and after: a slot, the user's own Service that was adopted, or nothing at all. */
export const LIVE = ["none", "adopted", ...SLOTS] as const;
export type Live = (typeof LIVE)[number];

export const parentRef = z
  .object({
    name: objectName("Name of the Gateway."),
    namespace: dnsLabel("Its namespace. Default: the plan's.").optional(),
    sectionName: objectName("Listener.").optional(),
    port: z.int().min(1).max(65535).optional().meta({ description: "Listener port." }),
    group: text("API group. Default: gateway.networking.k8s.io.", 253).optional(),
    kind: text("Kind. Default: Gateway.", 63).optional(),
  })
  .meta({ description: "A Gateway that the route is attached to." });
export type ParentRef = z.output<typeof parentRef>;

export const routeRef = z
  .object({
    kind: z.enum(["HTTPRoute"]).default("HTTPRoute").meta({ description: "Kind of the route." }),
    name: objectName("Name of the route."),
    rules: z.array(z.string().min(1).max(253)).min(1).max(16).optional().meta({
      "x-kubernetes-list-type": "set",
      description:
        "Names of the rules whose backends Bascule is given. Default: the only rule; needed when there are several.",
    }),
    parentRefs: z.array(parentRef).min(1).max(32).optional().meta({
      description:
        "Parents that count for in force. Default: those that accept the route when the release starts.",
    }),
  })
  .meta({ description: "An existing route to adopt." });
export type RouteRef = z.output<typeof routeRef>;

const hostname = z
  .string()
  .min(1)
  .max(253)
  .regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

export const finishAdoption = z
  .object({
    service: dnsLabel("The user's own former Service."),
    by: text("Person who asks; must be the name under which the request is made.", 256).min(1).optional(),
    reason: text("Why.", 1024).min(1).optional(),
  })
  .meta({
    description:
      "Make the former Service, which served before the first release, the plan's entry: its selector then follows the live slot. It stays so when this is taken away again.",
  });

export const traffic = z
  .object({
    routes: z
      .array(routeRef)
      .min(1)
      .max(16)
      .optional()
      .meta({
        description: "Existing routes whose rules Bascule is given.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["kind", "name"],
      }),
    create: z
      .object({
        hostnames: z
          .array(hostname)
          .min(1)
          .max(16)
          .optional()
          .meta({ description: "Host names of the route.", "x-kubernetes-list-type": "set" }),
        parentRefs: z.array(parentRef).min(1).max(32).meta({ description: "Gateways of the route." }),
      })
      .optional()
      .meta({ description: "A route that Bascule makes, named like the plan." }),
    finishAdoption: finishAdoption.optional(),
  })
  .meta({
    description: "Traffic that the plan controls.",
    ...rules(exactlyOne("traffic", ["routes", "create"]), {
      rule: "!has(self.finishAdoption) || has(self.routes)",
      message: "only a Service behind routes was ever adopted: finishAdoption goes with routes",
      fieldPath: ".finishAdoption",
    }),
  });

const hold = z
  .string()
  .max(32)
  .regex(/^(manual|([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+)$/)
  .meta({ description: "Time to stay, or manual: stay until a person promotes." });

export const canaryStep = z
  .object({
    weight: weight("Share of requests for the candidate, above 0 and below 100."),
    hold: hold.default("2m"),
    name: dnsLabel("Name of the step. Default: weight-<share>.", 40).optional(),
  })
  .meta({ description: "One step of a canary." });

const weightOf = (v: string) =>
  `(type(${v}.weight) == int ? double(${v}.weight) : double(string(${v}.weight).replace('%', '')))`;

export const strategy = z
  .object({
    direct: z.object({}).optional().meta({ description: "All traffic at once, after the checks at 0 %." }),
    blueGreen: z
      .object({
        hold: hold.optional().meta({ description: "Wait at 0 % before the switch: a duration, or manual." }),
      })
      .optional()
      .meta({ description: "Switch at once; the old slot stays warm while observing." }),
    canary: z
      .object({
        steps: z
          .array(canaryStep)
          .min(1)
          .max(20)
          .meta({
            description: "Steps in ascending order; 100 % follows by itself.",
            ...rules(
              {
                rule: `self.all(i, s, i == 0 || ${weightOf("s")} > ${weightOf("self[i-1]")})`,
                message: "weights must ascend from step to step",
              },
              {
                rule: `self.all(s, ${weightOf("s")} > 0.0 && ${weightOf("s")} < 100.0)`,
                message: "weights must lie above 0 and below 100; 100 % follows by itself",
              },
              {
                rule: "self.all(s, !has(s.name) || self.filter(t, has(t.name) && t.name == s.name).size() == 1)",
                message: "names of steps must differ",
              },
            ),
          }),
      })
      .optional()
      .meta({ description: "Share by share." }),
  })
  .meta({
    description: "How traffic moves.",
    ...rules(exactlyOne("strategy", ["direct", "blueGreen", "canary"])),
  });
export type Strategy = z.output<typeof strategy>;

export const timing = z
  .object({
    startDeadline: duration("Time that a release may stay Pending on something missing.").default("1h"),
    progress: duration("Time in which a slot must become ready.").default("10m"),
    settle: duration("Time from the gateway's word to a split being in force.").default("2s"),
    inForce: duration("Time in which a split must come into force.").default("2m"),
    step: duration("Time, from the end of its hold, in which a step must conclude.").default("15m"),
    wait: duration("Time that a person is waited for.").default("24h"),
    drain: duration("Time that a slot keeps running after it got its last traffic.").default("30s"),
    observe: duration("Time at 100 % with the old slot warm.").default("5m"),
  })
  .prefault({})
  .meta({ description: "Deadlines and spans." });
export type Timing = z.output<typeof timing>;

export const releasePlanSpec = z
  .object({
    stack: z
      .object({
        program: z
          .object({ name: dnsLabel("Name of a built-in program, or of a folder given to the controller.") })
          .meta({ description: "Stack program that builds a slot." }),
        values: freeObject("Values of the program, checked by its own schema.").optional(),
        serviceAccountName: dnsLabel(
          "Service account of this namespace with whose rights the stack is applied.",
        ).default("bascule"),
      })
      .meta({ description: "What a slot is made of." }),
    capacity: z
      .object({
        replicas: z.int().min(1).max(10_000).default(1).meta({ description: "Replicas of a whole slot." }),
      })
      .prefault({})
      .meta({ description: "Size of a slot." }),
    traffic: traffic.optional(),
    strategy,
    verification: z
      .array(verificationEntry)
      .max(50)
      .optional()
      .meta({
        description: "Checks of the VSR gate.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
    timing,
    onNewer: z.enum(["wait", "finish"]).default("wait").meta({
      description:
        "What a newer release does to one that is observing: wait for its end, or finish it early when it is green.",
    }),
    package: packageSpec.optional().meta({
      description: "Package to release. A change of its hash makes a Release; for GitOps.",
    }),
    retention: z
      .object({
        history: z.int().min(1).max(100).default(10).meta({ description: "Finished releases to keep." }),
        idleSlot: z.enum(["Keep", "Destroy"]).default("Keep").meta({
          description:
            "What happens to the slot that no longer serves, once it is drained and scaled to nothing. Keep: its objects stay. Destroy: its stack is removed, until the next release needs the slot.",
        }),
      })
      .prefault({})
      .meta({ description: "What is kept." }),
    deletionPolicy: z.enum(["Orphan", "Delete"]).default("Orphan").meta({
      description:
        "What happens when the plan is deleted. Orphan: the serving slot, its Services and the route stay and go on serving. Delete: all that Bascule made for the plan goes, but for what a program shares between the slots, which is data; an adopted route must have been pointed elsewhere first.",
    }),
  })
  .meta({
    description: "How a service is released.",
    ...rules({
      rule: "!has(self.strategy.canary) || has(self.traffic)",
      message: "a canary needs routes: give traffic.routes or traffic.create",
      fieldPath: ".traffic",
    }),
  });
export type ReleasePlanSpec = z.output<typeof releasePlanSpec>;

const slotStatus = z
  .object({
    release: text("Release that occupies the slot.", 63).optional(),
    version: text("Version of its package.", 128).optional(),
    packageDigest: text("Digest of package and values.", 80).optional(),
    programDigest: text("Digest of the stack program.", 80).optional(),
    retiredAt: text("Time at which the slot was scaled to nothing.", 40).optional(),
  })
  .meta({ description: "Occupant of a slot." });

const adoptionStatus = z
  .object({
    service: text("The user's own former Service.", 253),
    since: time("Time at which it was decided."),
    doneAt: time("Time since when its selector follows the live slot.").optional(),
    by: text("Person who asked for it.", 256).optional(),
    reason: text("Why.", 1024).optional(),
  })
  .meta({ description: "How the former Service became the plan's entry." });

/** Parts of a plan that have a stack each. */
export const STACK_PARTS = ["entry", ...SLOTS] as const;
export type PlanStack = (typeof STACK_PARTS)[number];

const stackProgress = {
  intents: z.array(intent).max(3).optional().meta({ description: "Decided and not yet seen done." }),
  problem: z
    .object({
      reason: text("One word for machines.", 128),
      message: text("One sentence for people.", 1024),
    })
    .optional()
    .meta({ description: "Why the last try failed." }),
};
/** What a plan's status holds of an operation on one of its stacks. */
export type StackProgress = Pick<PlanDeletion, keyof typeof stackProgress>;

const deletion = z
  .object({
    since: time("Time at which the controller began."),
    restSince: time("Time since when no traffic goes to what is removed.").optional(),
    handingBack: time("Time from which the traffic objects are given back to their owner.").optional(),
    handedBack: time("Time since when they are, and in force.").optional(),
    destroyed: z
      .array(z.enum(STACK_PARTS))
      .max(3)
      .optional()
      .meta({ description: "Stacks that are gone.", "x-kubernetes-list-type": "set" }),
    ...stackProgress,
  })
  .meta({ description: "How far the plan's deletion is." });
export type PlanDeletion = z.output<typeof deletion>;

const removal = z
  .object({
    slot: z.enum(SLOTS).meta({ description: "Slot that is removed." }),
    ...stackProgress,
  })
  .meta({ description: "How far the removal of the idle slot is." });

const restoring = z
  .object({
    since: time("Time at which it was found gone; another time is another operation."),
    doneAt: time("Time at which the operation had ended.").optional(),
    ...stackProgress,
  })
  .meta({
    description: "How far it is that something of the entry stack that somebody deleted is made again.",
  });

export const releasePlanStatus = z
  .object({
    observedGeneration: z.int().default(-1).meta({ description: "Generation that this status describes." }),
    liveSlot: z.enum(LIVE).optional().meta({ description: "Side that serves." }),
    adoptedService: text(
      "The user's own Service that serves until the first release completes.",
      253,
    ).optional(),
    legacyService: text("The user's own former Service, no longer in the route.", 253).optional(),
    adoption: adoptionStatus.optional(),
    entryService: text("Service for callers inside the cluster.", 253).optional(),
    entryDigest: text("Digest of what the entry stack was last applied with.", 80).optional(),
    shared: sharedStanding.optional(),
    activeRelease: text("Release in progress.", 63).optional(),
    removal: removal.optional(),
    restoring: restoring.optional(),
    sequence: z.int().optional().meta({ description: "Number of releases started so far." }),
    slots: z
      .object({ blue: slotStatus.optional(), green: slotStatus.optional() })
      .optional()
      .meta({ description: "Occupants of the slots." }),
    /** When the idle slot lost its last traffic; scale-down waits for the drain from here. */
    idleSince: text("Time since when the idle slot has been without traffic.", 40).optional(),
    ranNames: z
      .array(z.string().max(16))
      .max(1000)
      .optional()
      .meta({ description: "Hashes of the release names that ran." }),
    packageHash: text("Hash of spec.package that last acted.", 80).optional(),
    packageRelease: text("Release that spec.package made last.", 63).optional(),
    packageTurn: z.int().optional().meta({ description: "How often spec.package has acted." }),
    deletion: deletion.optional(),
    conditions,
  })
  .meta({ description: "Truth about the slots." });
export type ReleasePlanStatus = z.output<typeof releasePlanStatus>;

export interface ReleasePlan extends KubeObject {
  readonly kind: "ReleasePlan";
  readonly spec: ReleasePlanSpec;
  readonly status?: ReleasePlanStatus;
}
