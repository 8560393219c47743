import type { KubeClient } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/kube-object.ts";
import type { Reflector } from "../../src/kube/reflector.ts";
import { apiVersionOf } from "../../src/kube/resources.ts";
import { TYPES } from "../../src/world/types.ts";
import { KubeWorld } from "../../src/world/world.ts";
import { ManualClock } from "./manual-clock.ts";
import { RudeCollection } from "./rude-collection.ts";
import { RudeServer } from "./rude-server.ts";
import { connect } from "./short-connection.ts";
import { until } from "./until.ts";

export type Resource = keyof typeof TYPES;
/** Members of an object; name and namespace `ns` come by themselves. */
export type Parts = Readonly<Record<string, unknown>> & { readonly metadata?: object };

/** A server with a collection for each watched resource, and the watched world on it. */
export class WorldBench {
  readonly clock = new ManualClock();
  readonly server: RudeServer;
  readonly client: KubeClient;
  readonly world: KubeWorld;
  readonly collections: Readonly<Record<Resource, RudeCollection>>;

  private constructor(server: RudeServer) {
    this.server = server;
    this.client = connect(server, { clock: this.clock });
    this.world = new KubeWorld({ client: this.client, clock: this.clock });
    // Whoever comes last is asked first: the path of a namespace is the beginning of those of what is in it.
    const inOrder = Object.entries(TYPES).sort(
      ([a], [b]) => Number(b === "namespaces") - Number(a === "namespaces"),
    );
    const made = inOrder.map(([name, type]) => [name, new RudeCollection(server, type)]);
    this.collections = Object.fromEntries(made) as Record<Resource, RudeCollection>;
  }

  static async start(): Promise<WorldBench> {
    return new WorldBench(await RudeServer.start());
  }

  /** Lists everything and opens the watches. */
  async watch(): Promise<void> {
    this.world.group.start();
    const all = Object.keys(TYPES) as readonly Resource[];
    const open = (): boolean => all.every((name) => this.#reflector(name).state === "watching");
    await until("every watch is open", open);
  }

  /** Creates or replaces an object; returns when the world, if it watches, has seen it. */
  async put(resource: Resource, name: string, parts: Parts = {}): Promise<KubeObject> {
    const type = TYPES[resource];
    const before = this.#seen(resource);
    const old = this.collections[resource].objects.get(name);
    const namespace = type.namespaced ? { namespace: "ns" } : {};
    const { uid, resourceVersion } = old?.metadata ?? {};
    const metadata = {
      ...namespace,
      name,
      ...parts.metadata,
      ...(uid === undefined ? {} : { uid, resourceVersion }),
    };
    const object = { apiVersion: apiVersionOf(type), kind: type.kind, ...parts, metadata } as KubeObject;
    const answer = await (old === undefined
      ? this.client.create(type, object)
      : this.client.replace(type, object));
    if (!answer.ok) throw answer.error;
    await this.#caughtUp(resource, before);
    return answer.value;
  }

  async remove(resource: Resource, name: string): Promise<void> {
    const before = this.#seen(resource);
    this.collections[resource].remove(name);
    await this.#caughtUp(resource, before);
  }

  async stop(): Promise<void> {
    await this.world.group.stop();
    await this.client.transport.close();
    await this.server.stop();
  }

  /** Of all namespaces, so there is one for each resource. */
  #reflector(resource: Resource): Reflector<KubeObject> {
    return this.world.reflectors[resource] as Reflector<KubeObject>;
  }

  #seen(resource: Resource): number {
    return this.#reflector(resource).counter("events");
  }

  async #caughtUp(resource: Resource, before: number): Promise<void> {
    if (this.#reflector(resource).state === "idle") return;
    await until(`${resource} is seen`, () => this.#seen(resource) > before);
  }
}

/** The labels of an object of a plan's slot. */
export const slotLabels = (plan: string, slot: string, release = "r1"): Readonly<Record<string, string>> => ({
  "app.kubernetes.io/managed-by": "bascule",
  "app.kubernetes.io/part-of": plan,
  "bascule.dev/plan": plan,
  "bascule.dev/slot": slot,
  "bascule.dev/release": release,
});
