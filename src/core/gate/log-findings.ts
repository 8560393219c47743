import { BEARER, HEADER, JWT, NAMED } from "./mask.ts";

/** What of a line is not to be told to everybody who reads logs. */
export type LogFinding = "SecretInLog" | "StackTrace";

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const PASSWORD_IN_ADDRESS = /\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/@:]{0,256}:([^\s/@]{1,1024})@/gi;

/** One line each, as runtimes write them; inside JSON the line breaks are written out. */
const STACK_TRACES: readonly RegExp[] = [
  // Java, Kotlin, Scala: at com.example.Shop.main(Shop.java:12)
  /(?:^|\\n|\\t)\s*at [\w$.<>/]+\([\w$ ]+\.(?:java|kt|scala|groovy):\d+\)/,
  // JavaScript: at serve (/app/server.js:10:5), at file:///app/server.ts:1:1
  /(?:^|\\n)\s*at (?:[^()]{1,200} \()?(?:file:\/\/)?[^\s()]{1,300}:\d+:\d+\)?/,
  // .NET: at Shop.Program.Main() in /src/Program.cs:line 7
  /(?:^|\\n)\s*at .{1,300} in .{1,300}:line \d+/,
  /Traceback \(most recent call last\)/,
  /^(?:panic: |goroutine \d+ \[|fatal error: )/,
  /(?:PHP )?Fatal error: +Uncaught /,
  /^thread '.{0,100}' panicked at /,
];

/**
 * What a line of a log gives away: something that looks like a secret and is not masked, or a part of a stack trace.
 * The forms are those that `maskSecrets` masks; a value counts only when it looks like one, for "token: expired" is none.
 */
export function logFindingIn(line: string): LogFinding | undefined {
  if (hasSecret(line)) return "SecretInLog";
  return STACK_TRACES.some((pattern) => pattern.test(line)) ? "StackTrace" : undefined;
}

function hasSecret(line: string): boolean {
  if (PRIVATE_KEY.test(line)) return true;
  if (line.match(JWT) !== null) return true;
  for (const [, password = ""] of line.matchAll(PASSWORD_IN_ADDRESS)) if (!isMasked(password)) return true;
  for (const [, , value = ""] of line.matchAll(NAMED)) if (looksSecret(value)) return true;
  for (const [whole] of line.matchAll(BEARER)) if (looksSecret(whole.replace(/^\w+\s+/, ""))) return true;
  for (const [whole] of line.matchAll(HEADER))
    if (
      whole
        .split(/[\s:;,=]+/)
        .slice(1)
        .some(looksSecret)
    )
      return true;
  return false;
}

const LONG = 24;
const SHORT = 6;

/** Letters and digits together, or so long that it is no word. */
function looksSecret(text: string): boolean {
  const value = text.replace(/^["']|["']$/g, "");
  if (isMasked(value) || value.length < SHORT || /\s/.test(value)) return false;
  return (/[a-z]/i.test(value) && /\d/.test(value)) || value.length >= LONG;
}

/** What takes the place of a secret: stars, crosses, a word in brackets, a reference. */
const isMasked = (value: string): boolean =>
  /^(?:[*x•.-]+|\$\{.*|\{\{.*|[<[(].*|redacted|masked|hidden|null|undefined|none)$/i.test(value);
