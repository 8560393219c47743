/** A dry run's previews: one operation for each stack, tried again until all of them have had their time. */
import type { FrozenRelease } from "../../api/frozen.ts";
import type { StoredIntent } from "../../api/intent.ts";
import type { Release } from "../../api/release.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant } from "../../base/instant.ts";
import type { Output } from "./decision.ts";
import type { Observed } from "./observed.ts";
import { reached } from "./run.ts";
import type { StackRequest } from "./stack.ts";
import { type DoneOutcome, firstTry, nextTry, standingOf } from "./stack-operation.ts";

/** A pass over a dry run. */
export interface Looking {
  readonly observed: Observed;
  readonly release: Release;
  readonly frozen: FrozenRelease;
  readonly intents: readonly StoredIntent[];
  readonly now: Instant;
  readonly out: Output;
}

export type Preview =
  | { readonly kind: "done"; readonly outcome: DoneOutcome }
  | { readonly kind: "failed"; readonly message: string }
  /** `intents` is what the status has to hold meanwhile. */
  | { readonly kind: "open"; readonly intents: readonly StoredIntent[]; readonly message?: string };

/** Asks for the preview of one stack, under keys that begin with `role`, and reads how it stands. */
export function previewStack(look: Looking, role: string, wanted: StackRequest): Preview {
  const { observed, release, frozen, intents, now, out } = look;
  const prefix = `${release.metadata.uid ?? release.metadata.name}/${role}/`;
  const entry = intents.find((i) => i.key.startsWith(prefix)) ?? firstTry(`${prefix}1`, now);
  const others = intents.filter((i) => i.key !== entry.key);
  const request: StackRequest = { ...wanted, key: entry.key, operation: "preview" };
  const standing = standingOf(request, intents, observed.operations, now);
  if (standing.kind === "done") return { kind: "done", outcome: standing.outcome };
  const failure = standing.kind === "failed" ? standing.outcome : undefined;
  if (failure?.retry === "never") return { kind: "failed", message: failure.message };
  const problem = failure?.message ?? entry.problem;
  // The time of the first try counts, so that all of them have one deadline.
  if (!reached({ now, out }, plus(readInstant(entry.since) ?? now, readDuration(frozen.timing.progress)))) {
    if (failure !== undefined) {
      const { intent, notBefore } = nextTry(entry, failure, now);
      out.wakes.push(notBefore);
      const message = `preview: ${failure.message}; try ${intent.attempt} follows`;
      return { kind: "open", intents: [...others, { ...intent, since: entry.since }], message };
    }
    if (standing.kind === "pausing") {
      out.wakes.push(standing.until);
      return { kind: "open", intents };
    }
    out.intents.push({ kind: "stack", key: entry.key, request });
    return { kind: "open", intents: [...others, entry], message: "previewing; nothing is applied" };
  }
  const detail = problem === undefined ? "" : `: ${problem}`;
  return { kind: "failed", message: `no preview within ${frozen.timing.progress}${detail}` };
}
