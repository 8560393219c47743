import { createHash } from "node:crypto";
import { type Asked, isWrite, type Verb } from "./asked.ts";

/** Which requests a fault meets; what is left out matches everything. */
export interface Match {
  readonly from?: Asked["from"];
  readonly verbs?: "reads" | "writes" | readonly Verb[];
  readonly resources?: readonly string[];
  readonly subresource?: string;
  /** Only each n-th of those that match. */
  readonly every?: number;
  /** Only so many of those that match, from 0 to 1, chosen by a sequence that is the same in every run. */
  readonly share?: number;
}

/** What is done to a request or its answer. Times are in milliseconds. */
export type Fault =
  /** The request comes that much later; `jitter`: up to so much more. */
  | { readonly kind: "delay"; readonly ms: number; readonly jitter?: number }
  /** Refused by the proxy; the API server never sees it. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly reason: string;
      readonly retryAfter?: number;
    }
  /** The connection breaks before the request was carried out. */
  | { readonly kind: "reset" }
  /** The request is carried out and the connection breaks before the answer. */
  | { readonly kind: "loseAnswer" }
  /** The body of the answer breaks off. `clean`: with a length that fits, so that only the text is cut. */
  | { readonly kind: "truncate"; readonly clean: boolean }
  /** The request is carried out, and its answer has no end. */
  | { readonly kind: "endless" }
  /** Nothing passes, in either direction, until the fault is lifted; then what still has a client goes on. */
  | { readonly kind: "hang" }
  /** A list shows the world at that resourceVersion. Streamed ones, which can't, are refused: then it is read in pages. */
  | { readonly kind: "stale"; readonly resourceVersion: string }
  /** The Date header is off. */
  | { readonly kind: "date"; readonly ms: number }
  /** A watch ends in good order so long after it was opened, or after the fault began. */
  | { readonly kind: "closeWatch"; readonly after: number }
  /** A watch that is open when the fault begins brings nothing more, for good, and stays open. */
  | { readonly kind: "deafWatch" }
  /** A watch is told that its resourceVersion is too old. */
  | { readonly kind: "goneWatch" }
  | { readonly kind: "dropBookmarks" };

export interface Rule {
  readonly match?: Match;
  readonly fault: Fault;
}

/** A rule at work. */
export class ActiveRule {
  readonly rule: Rule;
  /** How often it was really injected. */
  hits = 0;
  #met = 0;
  readonly #lifted = Promise.withResolvers<void>();
  #over = false;

  constructor(rule: Rule) {
    this.rule = rule;
  }

  get fault(): Fault {
    return this.rule.fault;
  }
  get over(): boolean {
    return this.#over;
  }
  get lifted(): Promise<void> {
    return this.#lifted.promise;
  }

  /** Whether this request is one that is to be met; counts it. */
  meets(asked: Asked): boolean {
    if (this.#over || !matches(this.rule.match ?? {}, asked)) return false;
    this.#met += 1;
    const { every = 1, share = 1 } = this.rule.match ?? {};
    return this.#met % every === 0 && scattered(this.#met) < share;
  }

  lift(): void {
    this.#over = true;
    this.#lifted.resolve();
  }
}

/** A number from 0 to 1 for each whole number, so that no pattern of requests is in step with it. */
const scattered = (n: number): number =>
  createHash("sha256").update(String(n)).digest().readUInt32BE() / 2 ** 32;

function matches(match: Match, asked: Asked): boolean {
  const { from, verbs, resources, subresource } = match;
  if (from !== undefined && from !== asked.from) return false;
  if (verbs === "writes" && !isWrite(asked)) return false;
  if (verbs === "reads" && isWrite(asked)) return false;
  if (typeof verbs === "object" && !verbs.includes(asked.verb)) return false;
  if (resources !== undefined && !resources.includes(asked.resource)) return false;
  return subresource === undefined || subresource === asked.subresource;
}

/** For messages: `500 InternalError`, `delay`. */
export const nameOf = (fault: Fault): string =>
  fault.kind === "answer" ? `${fault.status} ${fault.reason}` : fault.kind;
