import { z } from "zod";
import { dnsLabel, duration, exactlyOne, rules, text } from "../fields.ts";
import { httpAddress, httpPort } from "./http.ts";
import { httpExpectation, jsonPath, requestHeaders } from "./http-answer.ts";
import { repetition } from "./repetition.ts";

const capture = z
  .object({
    name: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-zA-Z][a-zA-Z0-9]*$/)
      .meta({ description: "Name, used as {{vars.name}} in later steps." }),
    json: jsonPath("Place in the JSON body, of a text, number or truth value.").optional(),
    header: text("Name of a response header.", 256).optional(),
    cookie: text("Name of a cookie that the answer sets.", 256).optional(),
    plain: z.boolean().default(false).meta({
      description: "The value is no secret: it may be shown in evidence.",
    }),
  })
  .meta({
    description: "A value of the answer that later steps use.",
    ...rules(exactlyOne("capture", ["json", "header", "cookie"])),
  });
export type JourneyCapture = z.output<typeof capture>;

const step = z
  .object({
    name: dnsLabel("Name, unique in the list; results name the step that failed."),
    ...httpAddress,
    method: z
      .enum(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
      .default("GET")
      .meta({ description: "HTTP method." }),
    headers: requestHeaders,
    body: text("Request body.", 16384).optional(),
    expect: httpExpectation,
    capture: z
      .array(capture)
      .min(1)
      .max(20)
      .optional()
      .meta({
        description: "Values of the answer that later steps use.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
  })
  .meta({ description: "One request and what its answer must look like." });
export type JourneyStep = z.output<typeof step>;

export const journeyCheck = z
  .object({
    ...httpPort,
    steps: z
      .array(step)
      .min(1)
      .max(20)
      .meta({
        description:
          "Requests, one after the other; the first bad answer ends the look. Strings may hold {{vars.name}} of values that earlier steps captured.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
    cookies: z.boolean().default(false).meta({
      description: "Cookies that answers set are sent by later steps of the same look, to the same host.",
    }),
    ...repetition,
    interval: duration("Time between two looks.").default("5s"),
    timeout: duration("Longest time of all steps together.").default("10s"),
  })
  .meta({
    description:
      "Functional check: several HTTP requests as a user makes them, from one to the next, repeated. Use paths that may be walked again and again.",
  });
export type JourneyCheck = z.output<typeof journeyCheck>;
