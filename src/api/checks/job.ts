import { z } from "zod";
import { dnsLabel, duration, objectName, text } from "../fields.ts";

export const jobCheck = z
  .object({
    image: text("Image of the Job's only container.", 1024).optional(),
    command: z.array(text("", 4096)).max(64).optional().meta({ description: "Entry point." }),
    args: z.array(text("", 4096)).max(64).optional().meta({ description: "Arguments." }),
    env: z.record(z.string().max(256), z.string().max(4096)).optional().meta({
      description:
        "Environment. BASCULE_TARGET (base URL of the candidate slot), BASCULE_RELEASE and BASCULE_VERSION are always set.",
      maxProperties: 64,
    }),
    envFrom: z
      .array(
        z.object({
          secretRef: z
            .object({ name: objectName("Secret of this namespace.") })
            .meta({ description: "Secret to read from." }),
        }),
      )
      .max(16)
      .optional()
      .meta({
        description: "Secrets whose keys become environment variables.",
      }),
    serviceAccountName: dnsLabel(
      "Service account of the Job's pod. Default: that of the plan's stack.",
    ).optional(),
    timeout: duration("Longest run time; the Job is ended after it.").default("10m"),
  })
  .meta({
    description:
      "Kubernetes Job that must succeed once, for instance a migration or a smoke suite. Default image: the package's own.",
  });
export type JobCheck = z.output<typeof jobCheck>;
