/** Evidence goes into status, reports and messages; secrets don't. */
import { writtenForms } from "./written-forms.ts";

const MASK = "***";
export const NAMED =
  /((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|session(?:[-_]?id)?)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'}]+)/gi;
export const HEADER = /^((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(\s*:\s*).*$/gim;
export const BEARER = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}/gi;
// Lengths are bounded, or a long answer made of beginnings would be read to its end from each of them.
export const JWT = /\beyJ[a-z0-9_-]{5,1024}\.[a-z0-9_-]+(\.[a-z0-9_-]*)?/gi;
const USERINFO = /(\b[a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/@]+@/gi;
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** Shorter values would mask ordinary words. */
const SHORTEST_SECRET = 6;

/**
 * Masks what looks like a secret, and the given values wherever they appear, however they are written there.
 * @param secrets values that are known to be secret, for instance request headers that an answer may echo
 */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  let masked = text.replace(PEM, MASK);
  for (const secret of secrets)
    if (secret.length >= SHORTEST_SECRET)
      for (const form of writtenForms(secret)) masked = masked.replaceAll(form, MASK);
  return masked
    .replace(HEADER, `$1$2${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(JWT, MASK)
    .replace(USERINFO, `$1${MASK}@`)
    .replace(NAMED, `$1${MASK}`);
}
