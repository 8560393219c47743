import { z } from "zod";
import { dnsLabel, objectNameInTemplate, text } from "../fields.ts";
import { httpAddress, httpPort } from "./http.ts";
import { repetition } from "./repetition.ts";

/** Label of a Secret that checks may send to a candidate. */
export const CREDENTIALS_LABEL = "bascule.dev/credentials-for";
/** Its value. */
export const CREDENTIALS_FOR_CHECKS = "checks";

const identity = z
  .object({
    name: dnsLabel("Name, for `as`."),
    secretRef: z
      .object({
        name: objectNameInTemplate("Secret of this namespace."),
        key: text("Key of the Secret.", 253),
      })
      .meta({
        description: `Where the credentials are. The Secret must carry the label ${CREDENTIALS_LABEL}: ${CREDENTIALS_FOR_CHECKS}, for they are sent to the candidate.`,
      }),
    scheme: z.enum(["bearer", "basic", "raw"]).default("bearer").meta({
      description: "bearer: a token. basic: user:password. raw: the header's value as it is.",
    }),
    header: z
      .string()
      .max(256)
      .regex(/^[A-Za-z0-9-]+$/)
      .default("Authorization")
      .meta({
        description: "Header that carries them.",
      }),
  })
  .meta({ description: "Credentials that requests may be made with." });

const request = z
  .object({
    path: httpAddress.path.describe("Path and query, beginning with a slash."),
    method: z.enum(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]).default("GET").meta({
      description: "HTTP method. What is allowed by mistake is really done: ask for what does no harm.",
    }),
    port: httpPort.port,
    as: dnsLabel("Identity that asks. Default: nobody.").optional(),
    expect: z.array(z.int().min(100).max(599)).min(1).max(20).default([401, 403]).meta({
      description:
        "Status that is right. A refused connection is right too where every one of these is 400 or more.",
    }),
  })
  .meta({ description: "A request, and how it has to be answered." });

export const accessCheck = z
  .object({
    ...httpPort,
    identities: z.array(identity).max(8).optional().meta({ description: "Who asks." }),
    requests: z.array(request).min(1).max(32).meta({ description: "What is asked." }),
    ...repetition,
  })
  .meta({
    description:
      "Security check: what the candidate must not let anybody do, or not everybody. An answer that lets through fails at once.",
  });
export type AccessCheck = z.output<typeof accessCheck>;
export type AccessRequest = AccessCheck["requests"][number];
