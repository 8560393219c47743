import { z } from "zod";
import { duration, rules, text } from "../fields.ts";
import { repetition } from "./repetition.ts";
import { socketAddress, socketRule } from "./socket.ts";

export const tcpCheck = z
  .object({
    ...socketAddress,
    send: text("What is sent once connected.", 4096).optional(),
    expect: text("Regular expression that what the other side sends must match.", 1024).optional(),
    encoding: z.enum(["text", "hex"]).default("text").meta({
      description:
        "How send and expect are written: as text in UTF-8, or each byte as two hexadecimal digits in lower case, such as 0d0a.",
    }),
    maxLatency: duration("Longest time to the connection, or to the expected bytes.").optional(),
    ...repetition,
  })
  .meta({
    description:
      "Functional check: a TCP connection to the candidate slot, repeated. It may send something, and wait for bytes that match.",
    ...rules(socketRule),
  });
export type TcpCheck = z.output<typeof tcpCheck>;
