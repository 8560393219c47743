import { z } from "zod";
import { text } from "./fields.ts";
import { LIVE } from "./release-plan.ts";

const by = text("Person; must be the name under which the request is made.", 256).min(1);
const reason = text("Why.", 1024).min(1);
const command = { by, reason };

/** Commands are levels, not events: each stays written with the person's name under it. */
export const control = z
  .object({
    pause: z
      .object({ ...command, state: z.boolean().meta({ description: "true pauses, false resumes." }) })
      .optional()
      .meta({ description: "Go no further; traffic stays where it is." }),
    abort: z.object(command).optional().meta({ description: "Take it back now; wins over all others." }),
    promote: z
      .object({
        ...command,
        step: text("Step whose wait it ends.", 63).min(1),
        change: text(
          "Change of the shared part that it approves, as in status.shared.change.id. Approves none without it.",
          80,
        ).optional(),
      })
      .optional()
      .meta({ description: "End the wait of a step; accepts inconclusive, never failed." }),
    skip: z
      .object({ ...command, step: text("Step whose rest is skipped.", 63).min(1) })
      .optional()
      .meta({ description: "Leave out the rest of a step; recorded as skipped." }),
    resume: z
      .object({ ...command, hold: text("Id of the hold, as in status.hold.", 64).min(1) })
      .optional()
      .meta({ description: "End a hold." }),
    revert: z.object(command).optional().meta({ description: "Go back while the old slot is kept." }),
    acceptLive: z
      .object({ ...command, slot: z.enum(LIVE).meta({ description: "Side that is to count as live." }) })
      .optional()
      .meta({ description: "End a failed revert by saying which side is live." }),
  })
  .meta({ description: "Commands. Each carries who and why, enforced at admission." });
export type Control = z.output<typeof control>;
export const COMMANDS = ["pause", "abort", "promote", "skip", "resume", "revert", "acceptLive"] as const;
export type Command = (typeof COMMANDS)[number];
