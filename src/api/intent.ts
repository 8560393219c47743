import { z } from "zod";
import { text, time } from "./fields.ts";

/** What a status says of an intent: enough to ask for it again after a crash. */
export const intent = z
  .object({
    key: text("Idempotency key.", 253),
    kind: text("What is to be done.", 32),
    since: time("Time at which it was decided."),
    notBefore: time("Time before which a further try is not made.").optional(),
    attempt: z.int().min(1).default(1).meta({ description: "Number of the try." }),
    problem: text("What the try before this one said.", 1024).optional(),
  })
  .meta({ description: "Something decided and not yet seen done." });
export type StoredIntent = z.output<typeof intent>;
