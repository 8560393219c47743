import { z } from "zod";
import { duration, text } from "../fields.ts";

const expressions = (description: string, max: number) =>
  z
    .array(text("Regular expression, held against single lines.", 1024))
    .max(max)
    .optional()
    .meta({ description });

export const logsCheck = z
  .object({
    expect: expressions("Lines that must arrive: one that matches, for each.", 16),
    within: duration("Time from the start of the evidence within which they must arrive.").default("30s"),
    forbid: expressions("Lines that must not arrive.", 32),
    defaults: z.boolean().default(true).meta({
      description: "Forbids what looks like a secret that is not masked, and stack traces.",
    }),
    allow: expressions("Lines that are never forbidden, because they are known and meant.", 16),
    containers: z.array(text("Name of a container.", 63)).max(16).optional().meta({
      description: "Containers whose logs are read. Default: all of them.",
    }),
    interval: duration("Time between two looks.").default("2s"),
  })
  .meta({
    description:
      "Security check: what the candidate's pods log from the start of the evidence to the end of the window.",
  });
export type LogsCheck = z.output<typeof logsCheck>;
