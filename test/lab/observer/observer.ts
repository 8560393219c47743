import { seconds } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { Reflector } from "../../../src/kube/reflector.ts";
import type { ResourceType } from "../../../src/kube/resources.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../kinds.ts";
import { clockNow } from "../load/load.ts";
import type { Objects } from "../objects.ts";
import {
  readDeployment,
  readPlan,
  readPod,
  readRelease,
  readRoute,
  readyOf,
  type Seen,
  type Sighting,
  serviceOf,
} from "./sighting.ts";

/** Watches one namespace from outside of the controller and keeps everything it sees, with the time. */
export class Observer {
  readonly #log: Sighting[] = [];
  readonly #handlers = new Set<(sighting: Sighting) => void>();
  readonly #reflectors: Reflector<AnyObject>[] = [];
  readonly #namespace: string;
  readonly #objects: Objects;

  constructor(objects: Objects, namespace: string) {
    this.#objects = objects;
    this.#namespace = namespace;
  }

  /** Begins to watch; returns when it has seen everything that is there. */
  async start(): Promise<void> {
    const before = this.#log.length;
    this.#watch(KIND.route, readRoute);
    this.#watch(KIND.deployment, readDeployment);
    this.#watch(KIND.pod, readPod);
    this.#watch(KIND.plan, readPlan);
    this.#watch(KIND.release, readRelease);
    this.#watchEndpoints();
    for (const reflector of this.#reflectors) reflector.start();
    const synced = (): boolean => this.#reflectors.every((r) => r.synced);
    await waitUntil("the observer sees everything", synced, { deadline: seconds(30) });
    // What is there comes by several lists, on a busy machine seconds apart: it is one picture, that of this moment.
    const at = clockNow();
    for (const [index, sighting] of this.#log.entries())
      if (index >= before) this.#log[index] = { ...sighting, at };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  /** Everything seen from a time on, oldest first. */
  log(from?: Instant): readonly Sighting[] {
    return from === undefined ? this.#log : this.#log.filter(({ at }) => at >= from);
  }

  /** Calls back with everything that is seen from now on. @returns ends it */
  subscribe(handler: (sighting: Sighting) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #reflect(type: ResourceType<AnyObject>): Reflector<AnyObject> {
    const { client } = this.#objects;
    const reflector = new Reflector<AnyObject>({
      client,
      type,
      selection: { namespace: this.#namespace },
      clock: systemClock,
    });
    this.#reflectors.push(reflector);
    return reflector;
  }

  #watch(type: ResourceType<AnyObject>, read: (object: AnyObject, deleted: boolean) => Seen): void {
    this.#reflect(type).subscribe((change) => {
      const deleted = change.kind === "deleted";
      if (deleted && type !== KIND.pod && type !== KIND.route) return;
      this.#note(read(change.object, deleted));
    });
  }

  #watchEndpoints(): void {
    const reflector = this.#reflect(KIND.endpointSlice);
    reflector.subscribe((change) => {
      const service = serviceOf(change.object);
      const slices = reflector.store.list().filter((slice) => serviceOf(slice) === service);
      this.#note({ kind: "endpoints", service, ready: slices.reduce((sum, s) => sum + readyOf(s), 0) });
    });
  }

  #note(seen: Seen): void {
    const sighting = { at: clockNow(), ...seen };
    this.#log.push(sighting);
    for (const handler of this.#handlers) handler(sighting);
  }
}
