/**
 * The only place where texts of the CLI and the provider are matched. `test/stacks` pins them against the real ones.
 */
import type { StackErrorClass } from "../ports/stacks.ts";

export type Retry = "soon" | "later" | "never";

const RETRY: Readonly<Record<StackErrorClass, Retry>> = {
  conflict: "later",
  locked: "later",
  forbidden: "later",
  invalid: "never",
  timeout: "soon",
  unreachable: "soon",
  cancelled: "never",
  bug: "later",
};

/** An operation that did not succeed, with its class and one sentence for people. */
export class StackFailure extends Error {
  override readonly name = "StackFailure";
  readonly class: StackErrorClass;
  readonly retry: Retry;

  constructor(kind: StackErrorClass, message: string, options: { retry?: Retry; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.class = kind;
    this.retry = options.retry ?? RETRY[kind];
  }

  get kind(): StackErrorClass {
    return this.class;
  }
}

/** A resource that failed: what the provider's diagnostics say of it. */
export interface FailedObject {
  /** `Deployment shop-blue`, or the stack where no object is to blame. */
  readonly object: string;
  readonly message: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly class: StackErrorClass;
}

// The first rule that matches wins, so the order matters: RBAC refusals and admission refusals both say "forbidden".
const RULES: readonly Rule[] = [
  { class: "conflict", pattern: /field conflict detected|Apply failed with \d+ conflict|already exists/i },
  { class: "forbidden", pattern: /cannot (get|list|watch|create|update|patch|delete) resource/ },
  { class: "forbidden", pattern: /Unauthorized|asked for the client to provide credentials/ },
  {
    class: "unreachable",
    pattern:
      /cluster is unreachable|connection refused|connection reset|no such host|i\/o timeout|TLS handshake timeout|no route to host|apiserver not ready|server is currently unable to handle|\bEOF\b|connection lost|Internal error occurred|an error on the server|Too ?Many ?Requests/i,
  },
  {
    class: "invalid",
    pattern:
      /passphrase must be set|incorrect passphrase|no .{0,200} plugin 'pulumi-|could not find plugin|no resource plugin/i,
  },
  {
    class: "invalid",
    pattern:
      /admission webhook|is forbidden:|exceeded quota|is invalid|field is immutable|ValidatingAdmissionPolicy|namespaces ".*" not found|no matches for kind|strict decoding|expected .* to (be of type|match)|unmarshal/i,
  },
  { class: "timeout", pattern: /context deadline exceeded|timed out waiting/i },
];

/** Class of a text of provider or CLI; undefined when nothing is known of it. */
export const classOf = (text: string): StackErrorClass | undefined =>
  RULES.find((rule) => rule.pattern.test(text))?.class;

const BY_EXIT_CODE: Readonly<Record<number, StackErrorClass>> = {
  2: "invalid",
  3: "forbidden",
  8: "cancelled",
  9: "timeout",
  255: "bug",
};

/** What the Automation API throws for a CLI that failed. */
export interface CliError {
  readonly text: string;
  /** Exit code of the CLI, read out of the text; undefined when it was killed or never ran. */
  readonly exitCode: number | undefined;
}

/** What admission and programs make the CLI say can be of any length, and some of the patterns here take quadratic time. */
const LONGEST_READ = 8_192;

/** Beginning and end of a text that is longer than what is read; both say more than its middle. */
export const boundedText = (text: string): string =>
  text.length <= LONGEST_READ ? text : `${text.slice(0, LONGEST_READ / 2)}\n${text.slice(-LONGEST_READ / 2)}`;

/** Reads an error of the Automation API. */
export function readCliError(error: unknown): CliError {
  const text = boundedText(error instanceof Error ? error.message : String(error));
  const code = /exit code (\d+)/.exec(text)?.[1];
  return { text, exitCode: code === undefined ? undefined : Number(code) };
}

/** Whether the stack does not exist: the only case in which it may be created. */
export const isStackMissing = (error: CliError): boolean => /no stack named .* found/.test(error.text);

export const isLocked = (error: CliError): boolean =>
  /the stack is currently locked by|Another update is currently in progress/.test(error.text);

/** Who holds a lock of a DIY backend. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
}

/** Reads the holders from the CLI's message `created by user@host (pid 17) at 2030-01-01T…`. */
export function readLockHolders(error: CliError): readonly LockHolder[] {
  const found = error.text.matchAll(/created by ([^\s@]*)@(\S+) \(pid (\d+)\) at ([^\s,]+)/g);
  return [...found].map(([, user = "", host = "", pid = "0", since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}

/** Makes one failure of what the events and the CLI say; the first object that failed names the class. */
export function readFailure(objects: readonly FailedObject[], error: CliError): StackFailure {
  const blamed = objects.find((o) => classOf(o.message) !== undefined) ?? objects[0];
  if (blamed) {
    const kind = classOf(blamed.message) ?? BY_EXIT_CODE[error.exitCode ?? 0] ?? "bug";
    const others = objects.length - 1;
    const more = others > 0 ? ` (and ${others} more failed)` : "";
    return new StackFailure(kind, `${blamed.object}: ${renderMessage(kind, blamed.message)}${more}`);
  }
  const killed = /was killed with (SIG[A-Z]+)/.exec(error.text)?.[1];
  if (killed !== undefined)
    return new StackFailure("bug", `the Pulumi CLI was ended by ${killed}`, { retry: "soon" });
  const kind = classOf(error.text) ?? BY_EXIT_CODE[error.exitCode ?? 0] ?? "bug";
  return new StackFailure(kind, renderMessage(kind, cliMessage(error.text)));
}

/** Diagnostics that say nothing of this operation: the notes on a plugin taken from PATH. */
export const isNoise = (message: string): boolean =>
  /using pulumi-resource-\S+ from \$PATH|expected to have version|^(update|preview|destroy|refresh) failed$/i.test(
    message.trim(),
  );

const LONGEST = 600;

const OTHER_PASSPHRASE =
  'the state of this stack was made with another passphrase; put that one back, or have the state rebuilt from the cluster with "bascule stacks adopt"';

/** One sentence: field and manager of a conflict, what to do about a passphrase, otherwise the first telling line. */
function renderMessage(kind: StackErrorClass, text: string): string {
  if (/incorrect passphrase/i.test(text)) return OTHER_PASSPHRASE;
  if (kind === "conflict") {
    const owned = [...text.matchAll(/conflicts? with "([^"]+)"[^:]*:((?:\s*-?\s*\.[^\s,]+)+)/g)];
    if (owned.length > 0)
      return owned
        .map(
          ([, manager, fields]) =>
            `${fields
              ?.trim()
              .split(/\s+(?:-\s+)?/)
              .map((field) => field.replace(/^-\s*/, ""))
              .filter((field) => field !== "")
              .join(", ")} is owned by ${manager}; take it from that manager, or let it give the field up`,
        )
        .join("; ");
  }
  const lines = text
    .split("\n")
    .map((line) =>
      line
        .replace(/^\s*(error|\*):?\s*/, "")
        .replace(/resource "urn:[^"]*" was not successfully \w+ by the Kubernetes API server:?\s*/, "")
        .trim(),
    )
    .filter((line) => line !== "");
  // The provider's advice for an unreachable cluster is to forget its objects: not to be passed on.
  const said = [...new Set(lines)]
    .join(" ")
    .replace(/If the cluster was deleted, .*$/, "")
    .trimEnd();
  return (said || "no message").slice(0, LONGEST);
}

/** The `error:` lines of the CLI; the rest is progress. */
function cliMessage(text: string): string {
  const lines = text.split("\n").filter((line) => /^\s*error:/.test(line) && !isNoise(line));
  return lines.length > 0 ? lines.join("\n") : text.slice(-LONGEST);
}
