import { z } from "zod";
import { duration, rules, text } from "../fields.ts";
import { requestHeaders } from "./http-answer.ts";
import { repetition } from "./repetition.ts";
import { socketAddress, socketRule } from "./socket.ts";

export const grpcCheck = z
  .object({
    ...socketAddress,
    service: text(
      "Name of the gRPC service that must be SERVING. Default: the server as a whole.",
      256,
    ).default(""),
    tls: z.boolean().default(false).meta({
      description:
        "Over TLS. The certificate of the slot's own port is verified only where ca is given, that of another host always.",
    }),
    ca: text("Certificates (PEM) of the authorities that may have signed.", 16384).optional(),
    serverName: text("Name of the server for :authority and TLS.", 253).optional(),
    headers: requestHeaders,
    maxLatency: duration("Longest time to the whole answer.").optional(),
    ...repetition,
  })
  .meta({
    description:
      "Functional check: the health protocol of gRPC (grpc.health.v1), over HTTP/2 with or without TLS, repeated.",
    ...rules(socketRule, {
      rule: "!has(self.ca) || (has(self.tls) && self.tls)",
      message: "ca: only with tls: true",
    }),
  });
export type GrpcCheck = z.output<typeof grpcCheck>;
