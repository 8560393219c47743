import { z } from "zod";
import type { CelRule } from "../fields.ts";

const HOST = /^[A-Za-z0-9_.:-]+$|^.*\{\{.*$/;

/** Where a check of a connection goes: the slot's own port, or another host. */
export const socketAddress = {
  host: z.string().max(253).regex(HOST, "must be a host name or an address").optional().meta({
    description: "Another host than the candidate slot's own, by name or address. It needs a port.",
  }),
  port: z.int().min(1).max(65535).optional().meta({
    description: "Port. Default: the first of the slot's Service.",
  }),
};

/** What `socketAddress` reads. */
export interface SocketAddress {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** The rule of every schema with a `socketAddress`. */
export const socketRule: CelRule = {
  rule: "!has(self.host) || has(self.port)",
  message: "host: another host needs a port; give port too",
};
