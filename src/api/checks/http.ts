import { z } from "zod";
import { duration, rules, text } from "../fields.ts";
import { repetition } from "./repetition.ts";

export const httpCheck = z
  .object({
    path: z
      .string()
      .max(2048)
      .regex(/^\/|^\{\{/)
      .default("/")
      .meta({ description: "Path and query, beginning with a slash." }),
    method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET").meta({ description: "HTTP method." }),
    scheme: z.enum(["http", "https"]).default("http").meta({ description: "Scheme of the slot's port." }),
    port: z.int().min(1).max(65535).optional().meta({
      description: "Port of the slot's Service. Default: its first port.",
    }),
    url: z
      .string()
      .max(2048)
      .regex(/^https?:\/\/|^\{\{/)
      .optional()
      .meta({
        description:
          "Another address than the candidate slot's own, for instance the public one. Then path is ignored.",
      }),
    headers: z.record(z.string().max(256), z.string().max(4096)).optional().meta({
      description: "Request headers.",
      maxProperties: 64,
    }),
    body: text("Request body of a POST.", 65536).optional(),
    expect: z
      .object({
        status: z.array(z.int().min(100).max(599)).min(1).max(20).default([200]).meta({
          description: "Accepted status codes.",
        }),
        headers: z.record(z.string().max(256), z.string().max(1024)).optional().meta({
          description: "Response headers that must be there; the value is a regular expression.",
          maxProperties: 64,
        }),
        body: text("Regular expression that the response body must match.", 1024).optional(),
        maxLatency: duration("Longest time to the whole answer.").optional(),
      })
      .prefault({})
      .meta({ description: "What the answer must look like." }),
    ...repetition,
  })
  .meta({
    description: "Functional check: one HTTP request to the candidate slot, repeated.",
    ...rules({
      rule: "!has(self.body) || self.method == 'POST'",
      message: "body: only a POST has one; set method: POST or leave the body out",
    }),
  });
export type HttpCheck = z.output<typeof httpCheck>;
