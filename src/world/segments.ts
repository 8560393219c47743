import { seconds } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import { holdsSegment, renderSegment, type SegmentObject, segmentNames } from "../core/record/segment.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeError } from "../kube/kube-error.ts";
import { resourceType } from "../kube/resources.ts";
import type { Segment, SegmentOutcome, Segments } from "../ports/segments.ts";
import { type PlanKey, planKey } from "../ports/world.ts";

const CONFIG_MAPS = resourceType<SegmentObject>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});
const DEADLINE = seconds(10);
/** Releases whose last outcome is remembered; one that is forgotten is asked for again. */
const MOST = 1_000;

/** Segments as immutable ConfigMaps beside their release. Needs no more than `create` and `get`. */
export class KubeSegments implements Segments {
  readonly #client: KubeClient;
  readonly #now: () => Instant;
  readonly #outcomes = new Map<string, SegmentOutcome>();
  readonly #listeners: ((plan: PlanKey) => void)[] = [];

  constructor(client: KubeClient, now: () => Instant) {
    this.#client = client;
    this.#now = now;
  }

  async store(segment: Segment): Promise<void> {
    const { uid } = segment.release;
    const outcome = await this.#store(segment);
    this.#outcomes.delete(uid);
    this.#outcomes.set(uid, outcome);
    for (const oldest of this.#outcomes.keys()) {
      if (this.#outcomes.size <= MOST) break;
      this.#outcomes.delete(oldest);
    }
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
    const taken: string[] = [];
    for (const name of segmentNames(segment)) {
      const problem = await this.#create(segment, name);
      if (problem === undefined) {
        const [foreign] = taken;
        if (foreign === undefined) return { key, state: "stored" };
        const message = `ConfigMap "${foreign}" exists and is not this segment of the journal; it was left as it is, and the entries are in "${name}"`;
        return { key, state: "stored", foreign: message };
      }
      if (problem !== "taken") return { key, state: "failed", message: problem.message, since: this.#now() };
      taken.push(name);
    }
    const message = `${taken.map((name) => `ConfigMap "${name}"`).join(" and ")} exist and are not this segment of the journal; delete them`;
    return { key, state: "failed", message, since: this.#now() };
  }

  /** undefined when the API server has just this segment under the name. */
  async #create(segment: Segment, name: string): Promise<"taken" | KubeError | undefined> {
    const object = renderSegment(segment, name);
    const made = await this.#client.create(CONFIG_MAPS, object, { deadline: DEADLINE });
    if (made.ok) return undefined;
    if (made.error.kind !== "alreadyExists") return made.error;
    const there = await this.#client.get(CONFIG_MAPS, object.metadata, { deadline: DEADLINE });
    // Gone meanwhile: the next try finds the name free.
    if (!there.ok) return there.error;
    return holdsSegment(there.value, segment) ? undefined : "taken";
  }
}
