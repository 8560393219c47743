import { type Duration, renderDuration } from "../base/duration.ts";
import { maskSecrets } from "../core/gate/mask.ts";
import { BodyTooLargeError } from "../net/bounded-body.ts";
import { forbiddenIn } from "../net/forbidden-address.ts";
import type { Look } from "../ports/checks.ts";

/** What is known of a look that got no answer. */
export interface FailedLook {
  /** Its time was over. */
  readonly late: boolean;
  /** The time-out, as the check has it. */
  readonly timeout: string;
  readonly took: Duration;
  /** Values that must not be told. */
  readonly secrets?: readonly string[];
}

export const badLook = (reason: string, message: string, took: Duration): FunctionalLook => ({
  kind: "functional",
  good: false,
  reason,
  message,
  latencyMs: took,
});

export const unreadable = (reason: string, message: string): Look => ({
  kind: "unreadable",
  reason,
  message,
});

export type FunctionalLook = Extract<Look, { kind: "functional" }>;

/** What a failed connection or request says: that the candidate did not answer, or nothing about it. */
export function failureOf(error: unknown, look: FailedLook): Look {
  if (error instanceof BodyTooLargeError)
    return badLook("BodyTooLarge", `${error.message}; check a smaller page`, look.took);
  const refusal = forbiddenIn(error);
  if (refusal !== undefined) return unreadable("ForbiddenAddress", refusal.message);
  if (look.late) return badLook("Timeout", `no whole answer within ${look.timeout}`, look.took);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "UND_ERR_INVALID_ARG")
    return unreadable("InvalidCheck", "a header, the path or the body can't be sent as it is");
  const told = error instanceof Error ? maskSecrets(error.message, look.secrets).slice(0, 200) : "";
  const message = `no answer after ${renderDuration(look.took)} (${code === "" ? told : code})`;
  const answer = badLook("NoAnswer", message, look.took);
  return code === "ECONNREFUSED" ? { ...answer, refused: true } : answer;
}
