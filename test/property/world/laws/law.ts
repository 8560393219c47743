/** What every law sees, and how it says that it was broken. */
import type { Release, ReleaseStatus } from "../../../../src/api/release.ts";
import type { Live, ReleasePlan, Slot } from "../../../../src/api/release-plan.ts";
import type { Observed } from "../../../../src/core/plan/observed.ts";
import type { Cluster } from "../cluster.ts";
import { PLAN } from "../cluster.ts";
import type { ControllerWatcher } from "../controller.ts";
import { type Restore, saveFields, saveMap, saveSet, together } from "../restore.ts";

/** One law, watching. It sees what it needs and throws `LawBroken`. */
export type Law = Partial<ControllerWatcher>;

export class LawBroken extends Error {
  constructor(law: string, what: string) {
    super(`${law}: ${what}`);
    this.name = "LawBroken";
  }
}

export class Court {
  readonly cluster: Cluster;
  observed: Observed | undefined;
  readonly #kept: (() => Restore)[] = [];

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  demand(holds: boolean, law: string, what: () => string): void {
    if (!holds) throw new LawBroken(law, what());
  }

  /** What a law remembers from one event to another. */
  keepMap<K, V>(map = new Map<K, V>()): Map<K, V> {
    this.#kept.push(() => saveMap(map));
    return map;
  }

  keepSet<T>(set = new Set<T>()): Set<T> {
    this.#kept.push(() => saveSet(set));
    return set;
  }

  save(): Restore {
    return together([saveFields(this, ["observed"]), ...this.#kept.map((save) => save())]);
  }

  plan(): ReleasePlan | undefined {
    return this.cluster.store.get("plans", PLAN) as unknown as ReleasePlan | undefined;
  }

  release(name: string | undefined): Release | undefined {
    if (name === undefined) return undefined;
    return this.cluster.store.get("releases", name) as unknown as Release | undefined;
  }

  /** The active release as it is stored. */
  active(): (Release & { readonly status: ReleaseStatus }) | undefined {
    const release = this.release(this.plan()?.status?.activeRelease);
    return release?.status === undefined ? undefined : { ...release, status: release.status };
  }

  /** Ready endpoints of a side as the controller saw them last. */
  seenReady(side: Live): number {
    if (side === "none" || this.observed === undefined) return 0;
    if (side === "adopted") return this.observed.adopted?.readyEndpoints ?? 0;
    return this.observed.slots[side].readyEndpoints;
  }
}

export const serviceOf = (slot: Slot): string => `${PLAN}-${slot}`;
export const RUNNING: ReadonlySet<string | undefined> = new Set([
  "Preparing",
  "Shifting",
  "Observing",
  "Reverting",
  "RevertFailed",
]);
export const isTakingBack = (phase: string | undefined): boolean =>
  phase === "Reverting" || phase === "RevertFailed";
