import type { StoredIntent } from "../../api/intent.ts";
import { milliseconds } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import type { StackErrorClass, StackOutcome, StackRequest } from "./stack.ts";

/** Longest pause between two tries of a stack operation. */
const MAX_BACKOFF_MS = 30_000;

export type FailedOutcome = StackOutcome & { readonly state: "failed" };
export type DoneOutcome = StackOutcome & { readonly state: "succeeded" };
type WithheldOutcome = StackOutcome & { readonly state: "withheld" };

/** How an operation that a status names stands. Its key ends in the number of the try. */
export type Standing =
  | { readonly kind: "done"; readonly outcome: DoneOutcome }
  /** It would take something away, and stopped before that. */
  | { readonly kind: "withheld"; readonly outcome: WithheldOutcome }
  /** The pause before the next try is not over. */
  | { readonly kind: "pausing"; readonly until: Instant }
  /** To be asked for: it is new, or runs, or its outcome is not known to this process. */
  | {
      readonly kind: "open";
      /** What it waits for before it begins. */
      readonly waits?: string;
    }
  | { readonly kind: "failed"; readonly outcome: FailedOutcome };

/** Reads how the operation of a request stands. */
export function standingOf(
  request: StackRequest,
  intents: readonly StoredIntent[],
  operations: Readonly<Record<string, StackOutcome>>,
  now: Instant,
): Standing {
  const known = intents.find((i) => i.key === request.key);
  const notBefore = readInstant(known?.notBefore ?? "");
  if (notBefore !== undefined && now < notBefore) return { kind: "pausing", until: notBefore };
  const outcome = operations[request.key];
  if (outcome?.state === "succeeded") return { kind: "done", outcome };
  if (outcome?.state === "withheld") return { kind: "withheld", outcome };
  if (outcome?.state === "failed") return { kind: "failed", outcome };
  return outcome?.waits === undefined ? { kind: "open" } : { kind: "open", waits: outcome.waits };
}

/** Number of the try that a status names for operations whose keys begin like this; 1 for a new one. */
export const attemptOf = (intents: readonly StoredIntent[], prefix: string): number =>
  intents.find((i) => i.kind === "stack" && i.key.startsWith(prefix))?.attempt ?? 1;

/** What a status says of the first try of an operation. */
export const firstTry = (key: string, now: Instant): StoredIntent => ({
  key,
  kind: "stack",
  since: renderInstant(now),
  attempt: 1,
});

/** Key and number of the try after the one with this key. */
export const tryAfter = (key: string): Pick<StoredIntent, "key" | "attempt"> => {
  const attempt = Number(key.split("/").at(-1)) + 1;
  return { key: key.replace(/\d+$/, String(attempt)), attempt };
};

/** The next try of a failed operation, under a key of its own and after a pause that grows with the tries. */
export function nextTry(
  { key }: { readonly key: string },
  outcome: FailedOutcome,
  now: Instant,
): { readonly intent: StoredIntent; readonly notBefore: Instant } {
  const next = tryAfter(key);
  const pause = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(next.attempt - 2, 5));
  const notBefore = plus(now, milliseconds(pause));
  return {
    intent: {
      ...next,
      kind: "stack",
      since: renderInstant(now),
      notBefore: renderInstant(notBefore),
      problem: outcome.message.slice(0, 1024),
    },
    notBefore,
  };
}

/** Reason of a failed operation for conditions and journals, such as `StackForbidden`. */
export const stackReason = (kind: StackErrorClass): string =>
  `Stack${kind[0]?.toUpperCase()}${kind.slice(1)}`;
