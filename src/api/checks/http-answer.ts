import { z } from "zod";
import { duration, text } from "../fields.ts";

const JSON_PATH = /^\$|^\{\{/;

/** A place in a JSON body. */
export const jsonPath = (description: string) =>
  z.string().max(512).regex(JSON_PATH, "must be a JSON path such as $.items[0].name").meta({ description });

const jsonExpectation = z
  .object({
    path: jsonPath(
      "Place in the JSON body: names and indices such as $.items[0].name or $['a b'], without wildcards and filters.",
    ),
    equals: text(
      "Value that must stand there, as text: ok, 42, true or null. An object or a list equals nothing.",
      1024,
    ).optional(),
    matches: text("Regular expression that the value, as text, must match.", 1024).optional(),
    exists: z.boolean().default(true).meta({
      description: "False: nothing may stand there.",
    }),
  })
  .meta({ description: "What must stand at one place of a JSON body. The place alone: anything." });
export type JsonExpectation = z.output<typeof jsonExpectation>;

/** Request headers of a check. */
export const requestHeaders = z.record(z.string().max(256), z.string().max(4096)).optional().meta({
  description: "Request headers.",
  maxProperties: 64,
});

/** What an HTTP answer must look like. */
export const httpExpectation = z
  .object({
    status: z.array(z.int().min(100).max(599)).min(1).max(20).default([200]).meta({
      description: "Accepted status codes.",
    }),
    headers: z.record(z.string().max(256), z.string().max(1024)).optional().meta({
      description: "Response headers that must be there; the value is a regular expression.",
      maxProperties: 64,
    }),
    body: text("Regular expression that the response body must match.", 1024).optional(),
    json: z.array(jsonExpectation).min(1).max(20).optional().meta({
      description: "What must stand in a JSON body.",
    }),
    maxLatency: duration("Longest time to the whole answer.").optional(),
  })
  .prefault({})
  .meta({ description: "What the answer must look like." });
export type HttpExpectation = z.output<typeof httpExpectation>;
