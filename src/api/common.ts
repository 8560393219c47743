import { z } from "zod";
import { exactlyOne, freeObject, rules, text, time } from "./fields.ts";

export const condition = z
  .object({
    type: text("Type of the condition.", 316),
    status: z.enum(["True", "False", "Unknown"]).meta({ description: "Whether it holds." }),
    reason: text("One word for machines.", 1024),
    message: text("One sentence for people.", 4096),
    lastTransitionTime: time("Time of the last change of status."),
    observedGeneration: z.int().optional().meta({ description: "Generation that it describes." }),
  })
  .meta({ description: "A condition of the object." });
export type Condition = z.output<typeof condition>;

/** The conditions of a status, one of a type. */
export const conditions = z
  .array(condition)
  .max(16)
  .optional()
  .meta({
    description: "Conditions in the manner of kstatus.",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });

const image = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\S+$/)
  .meta({ description: "Image reference, best by digest." });

export const packageSpec = z
  .object({
    version: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/)
      .meta({ description: "Version that people read." }),
    image: image.optional(),
    images: z
      .record(z.string().max(63), image)
      .optional()
      .meta({ description: "Images by container name.", minProperties: 1, maxProperties: 32 }),
    values: freeObject("Values that belong to this package; they are laid over the plan's.").optional(),
  })
  .meta({
    description: "What is released.",
    ...rules(exactlyOne("package", ["image", "images"])),
  });
export type PackageSpec = z.output<typeof packageSpec>;
