import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where finished programs and image archives are kept, outside of the checkout. */
export const cacheRoot = (env: Readonly<Record<string, string | undefined>> = process.env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "bascule");

/**
 * Twelve hex digits over named parts. Names and lengths go into the hash, so that no shift of text
 * from one part to the next gives the same key.
 */
export function cacheKey(parts: Readonly<Record<string, string | Uint8Array>>): string {
  const hash = createHash("sha256");
  for (const [name, content] of Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${Buffer.byteLength(content)}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
