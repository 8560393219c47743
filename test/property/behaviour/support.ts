/** A calm world with one thing changed, and what came of it. */

import type { ReleasePlan, ReleasePlanStatus } from "../../../src/api/release-plan.ts";
import { type Cluster, PLAN } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { type Act, runWorld } from "../world/run-world.ts";
import type { Deed, Event, Scenario } from "../world/scenario.ts";
import { CALM } from "../world/scenario.ts";

export const world = (change: Partial<Scenario>, ...acts: readonly Act[]): Promise<WorldEnd> =>
  runWorld({ ...CALM, ...change }, acts);

/** An act at a number of seconds after the release was created. */
export const later = (seconds: number, act: (cluster: Cluster) => void): Act => ({
  atMs: seconds * 1_000,
  do: act,
});

/** Changes the plan's spec. */
export const plan =
  (change: Readonly<Record<string, unknown>>) =>
  ({ store }: Cluster): void => {
    store.edit("plans", PLAN, (p) => ({ ...p, spec: { ...(p.spec as object), ...change } }));
  };

/** The plan as it is stored. */
export const planIn = ({ store }: Cluster): ReleasePlan => store.get("plans", PLAN) as unknown as ReleasePlan;

/** Condition of the plan, as `True Reason`. */
export const planSays = (status: ReleasePlanStatus, type: string): string | undefined => {
  const found = status.conditions?.find((c) => c.type === type);
  return found === undefined ? undefined : `${found.status} ${found.reason}`;
};

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
