import type { Release, ReleaseStatus, Transition } from "../../api/release.ts";
import type { Duration } from "../../base/duration.ts";
import { between, type Instant, readInstant } from "../../base/instant.ts";

/** An entry that a pass added to a release's journal, for logs and metrics. */
export interface Progress {
  readonly release: string;
  readonly entry: Transition;
  /** The phase that it left, and how long it had been there; absent where the phase stayed the same. */
  readonly left?: { readonly phase: string; readonly after: Duration };
}

/** What is new in a release's journal, oldest entry first. */
export function progressOf(release: Release, next: ReleaseStatus): readonly Progress[] {
  const { entries, count } = next.journal ?? { entries: [], count: 0 };
  const added = count - (release.status?.journal?.count ?? 0);
  if (added <= 0) return [];
  const seen = withPhases(entries, readInstant(release.metadata.creationTimestamp ?? ""));
  return seen.slice(-added).map((p) => ({ release: release.metadata.name, ...p }));
}

/** Phase of a side of a journal entry, which may name the step too. */
export const phaseIn = (side: string): string => side.split("/")[0] ?? side;

/** A release's first phase begins when the object is made; of a cut journal, with the first entry that is kept. */
function withPhases(
  entries: readonly Transition[],
  created: Instant | undefined,
): readonly Omit<Progress, "release">[] {
  let since = created;
  return entries.map((entry) => {
    const at = readInstant(entry.at);
    const phase = phaseIn(entry.from);
    if (phase === phaseIn(entry.to) || at === undefined) return { entry };
    const after = between(since ?? at, at);
    since = at;
    return { entry, left: { phase, after: after < 0 ? between(at, at) : after } };
  });
}
