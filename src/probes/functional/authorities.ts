import { X509Certificate } from "node:crypto";
import { err, ok, type Result } from "../../base/result.ts";
import type { AddressProblem } from "../service-address.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a bundle, each of which can be read. Undefined: the well-known ones are meant. */
export function readAuthorities(ca: string | undefined): Result<{ readonly ca?: string[] }, AddressProblem> {
  if (ca === undefined) return ok({});
  const blocks = ca.match(BLOCK) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    return err({ reason: "InvalidCheck", message: "ca: a certificate can't be read; give PEM" });
  }
  return blocks.length === 0
    ? err({ reason: "InvalidCheck", message: "ca: holds no certificate; give PEM" })
    : ok({ ca: [...blocks] });
}
