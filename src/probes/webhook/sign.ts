import { createHmac } from "node:crypto";
import type { Instant } from "../../base/instant.ts";
import { digestOf } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { LookContext } from "../../ports/checks.ts";

const SHORTEST_KEY = 24;
/** Prefix of keys that are written as base64, as other senders of such webhooks have them. */
const ENCODED = "whsec_";

/** The key that a Secret's text stands for. What is short enough to be guessed from a signature is refused. */
export function readKey(text: string): Result<Buffer, string> {
  const key = text.startsWith(ENCODED)
    ? Buffer.from(text.slice(ENCODED.length), "base64")
    : Buffer.from(text);
  return key.length < SHORTEST_KEY
    ? err(`the key has ${key.length} bytes; make one of at least ${SHORTEST_KEY} random bytes`)
    : ok(key);
}

/** The same for every request of a check in a Verification: to ask again is no new question. */
export const requestIdOf = ({ verification, check }: Pick<LookContext, "verification" | "check">): string =>
  `bascule-${digestOf([verification.uid, check.name]).slice("sha256:".length, "sha256:".length + 32)}`;

/**
 * Headers that say who asks, when, and that nobody has changed the body on the way: an HMAC-SHA256 of id, time and
 * body, in the form of Standard Webhooks (standardwebhooks.com), for which receivers have libraries.
 */
export function signedHeaders(
  key: Buffer,
  { id, at, body }: { readonly id: string; readonly at: Instant; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "content-type": "application/json",
    "idempotency-key": id,
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
