import { z } from "zod";
import { text } from "../fields.ts";
import { repetition } from "./repetition.ts";

export const dnsCheck = z
  .object({
    name: text(
      "Name that is asked for, in full: no search list is applied, such as shop.example.com or {{target.service}}.{{target.namespace}}.svc.cluster.local.",
      253,
    ),
    type: z
      .enum(["A", "AAAA", "CNAME", "SRV", "TXT"])
      .default("A")
      .meta({ description: "Type of the records." }),
    server: text(
      "Address of the DNS server, with a port where it is not 53: 10.96.0.10 or [fd00::53]:5353. Default: the controller's own.",
      64,
    ).optional(),
    expect: z
      .object({
        answers: z.array(text("", 1024)).min(1).max(50).optional().meta({
          description:
            "Answers that must be there. SRV records are written as priority, weight, port and name, such as 0 5 8080 shop-1.example.com.",
        }),
        only: z.boolean().default(false).meta({ description: "No other answers may be there." }),
        atLeast: z.int().min(1).max(1000).default(1).meta({
          description: "Least number of answers.",
        }),
      })
      .prefault({})
      .meta({ description: "What the answers must be." }),
    ...repetition,
  })
  .meta({ description: "Functional check: a name in DNS, repeated." });
export type DnsCheck = z.output<typeof dnsCheck>;
