/** Cuts secrets out of what is logged, whatever a caller passes by mistake. */

const SECRET_NAME =
  /(token|password|passwd|passphrase|secret|authorization|cookie|credentials?|api[-_]?key|private[-_]?key)$/i;
const REDACTED = "[redacted]";
const [DEEPEST, LONGEST_LIST, LONGEST_TEXT] = [5, 50, 4_000];

const BEARER = /\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}/gi;
const JWT = /\beyJ[a-z0-9_-]{5,}\.[a-z0-9_-]+(\.[a-z0-9_-]*)?/gi;
const USERINFO = /(\b[a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/@]+@/gi;

/** A text without what looks like a token or the password of a URL. */
export const redactText = (text: string): string =>
  text
    .slice(0, LONGEST_TEXT)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(JWT, REDACTED)
    .replace(USERINFO, `$1${REDACTED}@`);

/** The fields of a line without values of secret names; bounded in depth and length. An error keeps what tells its cause. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, redactMember(name, value, 0)]),
  );
}

function redactMember(name: string, value: unknown, depth: number): unknown {
  const hidden = SECRET_NAME.test(name) && value !== undefined && value !== null;
  return hidden ? REDACTED : redactValue(value, depth);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return redactError(value, depth);
  if (depth >= DEEPEST) return "[deeper]";
  if (Array.isArray(value))
    return value.slice(0, LONGEST_LIST).map((v: unknown) => redactValue(v, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, v]) => [name, redactMember(name, v, depth + 1)]),
  );
}

/** Not its other members: errors of HTTP clients carry the request with its headers. */
function redactError(error: Error, depth: number): unknown {
  const { kind, code } = error as { readonly kind?: unknown; readonly code?: unknown };
  return {
    type: error.name,
    message: redactText(error.message),
    ...(typeof kind === "string" ? { kind } : {}),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined || depth >= DEEPEST ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
