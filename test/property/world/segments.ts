/** The ConfigMaps of one process's journals: the real objects and names, over the simulated API server. */

import type { Instant } from "../../../src/base/instant.ts";
import { err, ok } from "../../../src/base/result.ts";
import { JOURNAL_BOUNDS, type JournalBounds } from "../../../src/core/record/bounds.ts";
import {
  holdsSegment,
  renderSegment,
  type SegmentObject,
  segmentNames,
} from "../../../src/core/record/segment.ts";
import type { Segment, SegmentOutcome, Segments } from "../../../src/ports/segments.ts";
import { type PlanKey, planKey } from "../../../src/ports/world.ts";
import type { WriteFailure } from "../../../src/ports/writes.ts";
import type { KubePorts } from "./kube.ts";
import { type Restore, saveMap } from "./restore.ts";
import type { Stored } from "./store.ts";

/** So short that every release has segments; nothing is given up, so that every entry must be somewhere. */
export const SHORT_JOURNAL: JournalBounds = {
  ...JOURNAL_BOUNDS,
  kept: 2,
  segment: 2,
  mostKept: 150,
};

export class SimSegments implements Segments {
  readonly #ports: KubePorts;
  readonly #now: () => Instant;
  readonly #outcomes = new Map<string, SegmentOutcome>();
  readonly #listeners: ((plan: PlanKey) => void)[] = [];

  constructor(ports: KubePorts, now: () => Instant) {
    this.#ports = ports;
    this.#now = now;
  }

  save(): Restore {
    return saveMap(this.#outcomes);
  }

  async store(segment: Segment): Promise<void> {
    this.#outcomes.set(segment.release.uid, await this.#store(segment));
    for (const listener of this.#listeners) listener(planKey(segment.namespace, segment.plan));
  }

  outcome(releaseUid: string): SegmentOutcome | undefined {
    return this.#outcomes.get(releaseUid);
  }

  onSettled(listener: (plan: PlanKey) => void): void {
    this.#listeners.push(listener);
  }

  async #store(segment: Segment): Promise<SegmentOutcome> {
    const { key } = segment;
    const [proper] = segmentNames(segment);
    for (const name of segmentNames(segment)) {
      const made = await this.#create(segment, name);
      if (made.ok)
        return { key, state: "stored", ...(name === proper ? {} : { foreign: `${proper} is taken` }) };
      if (made.error.kind !== "invalid")
        return { key, state: "failed", message: made.error.message, since: this.#now() };
    }
    return { key, state: "failed", message: "both names are taken", since: this.#now() };
  }

  /** `invalid`: something else has the name. */
  #create(segment: Segment, name: string) {
    const { store, requests, watcher } = this.#ports;
    return requests.send<void, WriteFailure>(`store ${name}`, () => {
      const there = store.get("configMaps", name) as SegmentObject | undefined;
      if (there !== undefined && !holdsSegment(there, segment))
        return err({ kind: "invalid", message: `${name} is taken` });
      if (there !== undefined) return ok(undefined);
      watcher.onSegment(segment, name);
      store.create("configMaps", renderSegment(segment, name) as Stored);
      return ok(undefined);
    });
  }
}
