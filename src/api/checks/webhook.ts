import { z } from "zod";
import { duration, objectName, text } from "../fields.ts";
import { CREDENTIALS_LABEL } from "./access.ts";

/** Value of the label of Secrets whose keys sign webhooks. Not that of `access`: those are sent away as they are. */
export const CREDENTIALS_FOR_WEBHOOKS = "webhooks";

export const webhookCheck = z
  .object({
    url: z
      .string()
      .max(2048)
      .regex(/^https?:\/\/|^\{\{/)
      .meta({ description: "Address that is asked by POST." }),
    secretRef: z
      .object({
        name: objectName("Secret of this namespace."),
        key: text("Key in the Secret.", 253).min(1).default("key"),
      })
      .meta({
        description: `The key that signs requests, at least 24 bytes. The Secret must carry the label ${CREDENTIALS_LABEL}: ${CREDENTIALS_FOR_WEBHOOKS}.`,
      }),
    data: z
      .record(z.string().max(63), z.string().max(1024))
      .optional()
      .meta({ description: "Sent along as it is.", maxProperties: 32 }),
    timeout: duration("Time to the whole answer, at most 30s.").default("10s"),
    attempts: z.int().min(1).max(5).default(3).meta({
      description: "Requests in one look, when there is no answer or the answer is 429 or 5xx.",
    }),
    interval: duration("Time between two looks, while the answer is pending.").default("5s"),
  })
  .meta({
    description:
      "Asks another system by a signed POST (HMAC-SHA256, the form of Standard Webhooks); its JSON answer has verdict passed, failed, pending or inconclusive, and evidence. It is asked again, under the same id, until it has decided.",
  });
export type WebhookCheck = z.output<typeof webhookCheck>;

/** What a webhook has to answer. Members that are not named here are not looked at. */
export const webhookAnswer = z.object({
  verdict: z.enum(["passed", "failed", "pending", "inconclusive"]),
  message: z.string().max(10_000).optional(),
  value: z.number().optional(),
  threshold: z.string().max(512).optional(),
  sampleSize: z.int().min(0).optional(),
  evidence: z.unknown().optional(),
  validator: z.string().max(1_000).optional(),
});
export type WebhookAnswer = z.output<typeof webhookAnswer>;
