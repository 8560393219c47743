import { z } from "zod";
import { duration, rules, text } from "../fields.ts";
import { repetition } from "./repetition.ts";
import { socketAddress, socketRule } from "./socket.ts";

/** Versions of TLS that a check can ask for, the older one first. */
export const TLS_VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

export const tlsCheck = z
  .object({
    ...socketAddress,
    serverName: text(
      "Name that is asked for and that the certificate must hold. Default: the host, or <service>.<namespace>.svc of the slot.",
      253,
    ).optional(),
    ca: text(
      "Certificates (PEM) of the authorities that may have signed. Default: the well-known public ones.",
      16384,
    ).optional(),
    minVersion: z
      .enum(TLS_VERSIONS)
      .default("TLSv1.2")
      .meta({ description: "Oldest version that may be agreed on." }),
    refuseOlder: z.boolean().default(false).meta({
      description: "The other side must refuse a client that offers only older versions than minVersion.",
    }),
    validFor: duration(
      "Time for which every certificate of the chain must still be valid, such as 30d.",
    ).default("14d"),
    ...repetition,
  })
  .meta({
    description:
      "Functional check: a TLS handshake: chain, host name, version, and how long the certificates are still valid.",
    ...rules(socketRule),
  });
export type TlsCheck = z.output<typeof tlsCheck>;
