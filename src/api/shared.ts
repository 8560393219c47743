/** What statuses hold of a program's shared part: the objects that both slots have in common. */
import { z } from "zod";
import { freeObject, text } from "./fields.ts";

/** Objects of a shared part that a status names. */
export const MOST_SHARED_OBJECTS = 50;

const result = {
  outputs: freeObject(
    "What the shared part told the slots: names, hosts, ports. Secrets are refused, and never get here.",
  ).optional(),
  objects: z
    .array(text("Kind and name.", 320))
    .max(MOST_SHARED_OBJECTS)
    .optional()
    .meta({ description: "Objects of the shared part, the first 50." }),
};

/** One object of a change, without values: they may be secret. */
const changedObject = z
  .object({
    object: text("Kind and name.", 320),
    operation: z.enum(["create", "update", "replace", "delete"]).meta({ description: "What becomes of it." }),
    fields: z.array(text("Path.", 253)).max(10).optional().meta({ description: "Fields that differ." }),
  })
  .meta({ description: "Object that changes." });

export const sharedProgress = z
  .object({
    digest: text("Digest of what the shared part is made from: program and values.", 80),
    state: z.enum(["applying", "withheld", "standing"]).meta({
      description:
        "applying: it is looked at, then changed; withheld: nothing was touched, a person is waited for; standing: it is as this release wants it.",
    }),
    change: z
      .object({
        id: text("Names this change and no other; control.promote.change approves it.", 80),
        objects: z
          .array(changedObject)
          .max(20)
          .meta({ description: "What would change, deletions and replacements first; the first 20." }),
      })
      .optional()
      .meta({ description: "Change that deletes or replaces something." }),
    approvedBy: text("Person who approved that change.", 256).optional(),
    ...result,
  })
  .meta({ description: "The part that both slots share, in this release." });
export type SharedProgress = z.output<typeof sharedProgress>;
export type SharedChange = NonNullable<SharedProgress["change"]>;

export const sharedStanding = z
  .object({
    digest: text("Digest of what it was applied with; absent while that is not certain.", 80).optional(),
    release: text("Release that changed it last.", 63),
    ...result,
  })
  .meta({
    description: "The part that both slots share, as it stands. No revert and no deletion touches it.",
  });
export type SharedStanding = z.output<typeof sharedStanding>;
