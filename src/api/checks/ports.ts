import { z } from "zod";
import { duration } from "../fields.ts";

const portRange = z.union([z.int(), z.string()]).meta({
  description: 'A port such as 8080, or a range such as "9000-9010".',
  "x-kubernetes-int-or-string": true,
  maxLength: 64,
});
const portList = (description: string) => z.array(portRange).max(64).optional().meta({ description });

export const portsCheck = z
  .object({
    allow: portList(
      "Ports that may be open. Default: those that the Service leads to and the containers declare.",
    ),
    require: portList("Ports that must be open, in every pod; they are allowed too."),
    scan: portList(
      "Ports that are tried beside well-known, declared, allowed and required ones; at most 10000 ports in all.",
    ),
    timeout: duration("Longest time of the whole scan; one that is not finished decides nothing.").default(
      "30s",
    ),
  })
  .meta({
    description:
      "Security check: the open TCP ports of the candidate's pods and of its Service are those that are allowed.",
  });
export type PortsCheck = z.output<typeof portsCheck>;
