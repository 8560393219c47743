import { z } from "zod";
import { text } from "../fields.ts";
import { httpAddress, httpPort } from "./http.ts";
import { repetition } from "./repetition.ts";

const patterns = (description: string) =>
  z.record(z.string().max(256), z.string().max(1024)).optional().meta({ description, maxProperties: 64 });

export const headersCheck = z
  .object({
    ...httpAddress,
    ...httpPort,
    method: z.enum(["GET", "HEAD"]).default("GET").meta({ description: "HTTP method." }),
    status: z.array(z.int().min(100).max(599)).min(1).max(20).default([200]).meta({
      description: "Status of an answer that tells something; a redirect to the log-in page may be one.",
    }),
    require: patterns("Headers that must be there; the value is a regular expression."),
    forbid: patterns("Headers that must not be there with a value that matches the regular expression."),
    defaults: z.boolean().default(true).meta({
      description:
        "Adds to both: X-Content-Type-Options is nosniff; a page of HTML has a Content-Security-Policy and can't be framed by anybody; over https Strict-Transport-Security lasts half a year; Server and its like tell no version.",
    }),
    cookies: z
      .object({
        secure: z.boolean().default(true).meta({ description: "Every cookie is Secure." }),
        httpOnly: z.boolean().default(true).meta({ description: "Every cookie is HttpOnly." }),
        sameSite: z
          .array(z.enum(["Strict", "Lax", "None"]))
          .max(3)
          .default(["Strict", "Lax"])
          .meta({
            description: "Values that SameSite may have. Empty: not asked.",
          }),
        except: z.array(text("Name of a cookie.", 256)).max(32).optional().meta({
          description: "Cookies that scripts have to read, such as those against forged requests.",
        }),
      })
      .prefault({})
      .meta({ description: "What cookies must be." }),
    ...repetition,
  })
  .meta({ description: "Security check: the security headers and cookie flags of an answer, repeated." });
export type HeadersCheck = z.output<typeof headersCheck>;
