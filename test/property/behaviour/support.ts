/** A calm world with one thing changed, and what came of it. */

import { runWorld, type WorldEnd } from "../world/run-world.ts";
import type { Deed, Event, Scenario } from "../world/scenario.ts";
import { CALM } from "../world/scenario.ts";

export const world = (change: Partial<Scenario>): Promise<WorldEnd> => runWorld({ ...CALM, ...change });

/** A deed at a number of seconds after the release was created. */
export const at = (seconds: number, deed: Deed | Deed["kind"]): Event => ({
  atMs: seconds * 1_000,
  deed: typeof deed === "string" ? ({ kind: deed } as Deed) : deed,
});

/** Phase and reason of a release's last transition, as `Reverted GateFailed`. */
export function fate(end: WorldEnd, name = "r1"): string {
  const status = end.releases[name]?.status;
  return status === undefined ? "gone" : `${status.phase} ${status.journal?.entries.at(-1)?.reason}`;
}

/** Who stands under the last transition of a release. */
export const signature = (end: WorldEnd, name = "r1"): string | undefined =>
  end.releases[name]?.status?.journal?.entries.at(-1)?.by;

export const reasons = (end: WorldEnd, name = "r1"): readonly string[] =>
  end.releases[name]?.status?.journal?.entries.map((e) => e.reason) ?? [];

/** Whether some line of the timeline holds the text. */
export const told = (end: WorldEnd, text: string): boolean =>
  end.timeline.some((line) => line.includes(text));
