import { z } from "zod";
import { rules, text } from "../fields.ts";
import { httpExpectation, requestHeaders } from "./http-answer.ts";
import { repetition } from "./repetition.ts";

/** Where an HTTP request goes. */
export const httpAddress = {
  path: z
    .string()
    .max(2048)
    .regex(/^\/|^\{\{/)
    .default("/")
    .meta({ description: "Path and query, beginning with a slash." }),
  url: z
    .string()
    .max(2048)
    .regex(/^https?:\/\/|^\{\{/)
    .optional()
    .meta({
      description:
        "Another address than the candidate slot's own, for instance the public one. Then path is ignored.",
    }),
};

/** The slot's own port as HTTP is spoken there. */
export const httpPort = {
  scheme: z.enum(["http", "https"]).default("http").meta({ description: "Scheme of the slot's port." }),
  port: z.int().min(1).max(65535).optional().meta({
    description: "Port of the slot's Service. Default: its first port.",
  }),
};
/** A request without a body, or one that may have it. */
export const bodyOfPost = {
  rule: "!has(self.body) || self.method == 'POST'",
  message: "body: only a POST has one; set method: POST or leave the body out",
} as const;

export const httpCheck = z
  .object({
    ...httpAddress,
    ...httpPort,
    method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET").meta({ description: "HTTP method." }),
    headers: requestHeaders,
    body: text("Request body of a POST.", 65536).optional(),
    expect: httpExpectation,
    ...repetition,
  })
  .meta({
    description: "Functional check: one HTTP request to the candidate slot, repeated.",
    ...rules(bodyOfPost),
  });
export type HttpCheck = z.output<typeof httpCheck>;
