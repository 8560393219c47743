import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { KubeClient } from "./client.ts";
import { Handlers } from "./handlers.ts";
import { type KubeObject, objectKey } from "./kube-object.ts";
import { type Change, entryOf, ObjectStore, type ReadStore } from "./object-store.ts";
import type { ResourceType } from "./resources.ts";
import { sleep } from "./sleep.ts";
import { type Projection, withoutManagedFields } from "./trim.ts";
import type { Watched } from "./watched.ts";

export interface PollerOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log?: Log;
  readonly type: ResourceType<T>;
  /** Of the objects that are asked for. */
  readonly names: readonly string[];
  readonly project: Projection<T>;
  readonly every?: Duration;
}

const DEADLINE = seconds(5);

/**
 * Keeps some objects of cluster scope known by asking for each by its name: for who may get, and neither list nor watch. Where all are
 * there, nothing is asked more than so often.
 */
export class Poller<T extends KubeObject> implements Watched<T> {
  readonly name: string;
  readonly #options: PollerOptions<T>;
  readonly #store = new ObjectStore<T>();
  readonly #handlers: Handlers<T>;
  readonly #stop = new AbortController();
  readonly #log: Log;
  #loop: Promise<void> | undefined;
  #synced = false;
  #lastLife: Duration;

  constructor(options: PollerOptions<T>) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.name = options.type.plural;
    this.#lastLife = options.clock.monotonic();
    this.#handlers = new Handlers((cause) =>
      this.#log.error({ poller: this.name, err: cause }, "a handler of a change failed"),
    );
  }

  get store(): ReadStore<T> {
    return this.#store;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get silence(): Duration {
    return milliseconds(this.#options.clock.monotonic() - this.#lastLife);
  }

  subscribe(handler: (change: Change<T>) => void): () => void {
    for (const object of this.#store.list())
      this.#handlers.tellOne(handler, { kind: "added", object, initial: true });
    return this.#handlers.add(handler);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** It asks anew all the time. */
  renew(): void {}

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, names, every = seconds(5) } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const answers = await Promise.all(names.map((name) => this.#look(name)));
      if (answers.every(Boolean)) {
        this.#synced = true;
        this.#lastLife = clock.monotonic();
      }
      await sleep(clock, every, signal);
    }
  }

  /** @returns whether the server has said how it is with the object */
  async #look(name: string): Promise<boolean> {
    const { client, type, project } = this.#options;
    const { signal } = this.#stop;
    const read = await client.get(type, { name }, { deadline: DEADLINE, signal });
    if (signal.aborted) return false;
    if (!read.ok && read.error.kind !== "notFound") {
      this.#log.warn({ poller: this.name, name, detail: read.error.message }, "an object could not be read");
      return false;
    }
    const changes = read.ok
      ? this.#store.put(entryOf(read.value, project(withoutManagedFields(read.value))), !this.#synced)
      : this.#store.remove(objectKey({ name }));
    for (const change of changes) this.#handlers.tell(change);
    return true;
  }
}
