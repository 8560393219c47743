import { type Duration, milliseconds } from "../../src/base/duration.ts";
import { Reflector } from "../../src/kube/reflector.ts";
import type { ReflectorOptions } from "../../src/kube/reflector-options.ts";
import { type ResourceType, resourceType } from "../../src/kube/resources.ts";
import type { Log, LogFields } from "../../src/ports/log.ts";
import { ManualClock, turn } from "./manual-clock.ts";
import { RudeCollection, type TestObject } from "./rude-collection.ts";
import { RudeServer } from "./rude-server.ts";
import { connect } from "./short-connection.ts";
import { until } from "./until.ts";

export const WIDGETS: ResourceType<TestObject> = resourceType<TestObject>({
  group: "test.bascule.dev",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
});

/** Keeps lines for a test to look at. */
export class MemoryLog implements Log {
  readonly lines: { readonly level: string; readonly fields: LogFields; readonly message: string }[] = [];
  debug = (fields: LogFields, message: string): void =>
    void this.lines.push({ level: "debug", fields, message });
  info = (fields: LogFields, message: string): void =>
    void this.lines.push({ level: "info", fields, message });
  warn = (fields: LogFields, message: string): void =>
    void this.lines.push({ level: "warn", fields, message });
  error = (fields: LogFields, message: string): void =>
    void this.lines.push({ level: "error", fields, message });
}

/** A server with one collection, a clock that stands still, and reflectors on both. */
export class ReflectorBench {
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  readonly server: RudeServer;
  readonly widgets: RudeCollection;
  readonly changes: string[] = [];
  readonly #ends: (() => Promise<unknown>)[] = [];

  private constructor(server: RudeServer) {
    this.server = server;
    this.widgets = new RudeCollection(server, WIDGETS);
  }

  static async start(): Promise<ReflectorBench> {
    return new ReflectorBench(await RudeServer.start());
  }

  /** A reflector that notes its changes; not started yet. */
  reflector(options: Partial<ReflectorOptions<TestObject>> = {}): Reflector<TestObject> {
    const { clock, log } = this;
    const client = connect(this.server, { clock });
    const reflector = new Reflector({ client, type: WIDGETS, clock, log, random: () => 0, ...options });
    reflector.subscribe((change) => this.changes.push(`${change.kind} ${change.object.metadata.name}`));
    this.#ends.push(() => reflector.stop().then(() => client.transport.close()));
    return reflector;
  }

  /** Started, listed, and its first watch open at the server. */
  async watching(options: Partial<ReflectorOptions<TestObject>> = {}): Promise<Reflector<TestObject>> {
    const reflector = this.reflector(options);
    reflector.start();
    await this.untilWatched(reflector);
    return reflector;
  }

  /** A watch is open, and the reflector knows it. */
  async untilWatched(reflector: Reflector<TestObject>): Promise<void> {
    await until("a watch is open", () => this.widgets.watches.size > 0 && reflector.state === "watching");
  }

  /** Lets `by` pass while the server ends things at once: time moves only while the reflector waits. */
  async passWaiting(reflector: Reflector<TestObject>, by: Duration): Promise<void> {
    const end = this.clock.monotonic() + by;
    for (;;) {
      await until("the reflector waits", () => reflector.state === "waiting");
      const next = this.clock.untilNext ?? milliseconds(0);
      if (this.clock.monotonic() + next > end) return;
      this.clock.advance(next);
      await turn();
    }
  }

  /** Whether the store holds exactly what the server holds. */
  equal(reflector: Reflector<TestObject>): boolean {
    const [here, there] = [
      new Map(reflector.store.list().map((o) => [o.metadata.name, o.metadata.resourceVersion])),
      this.widgets.objects,
    ];
    return (
      here.size === there.size &&
      [...there].every(([name, o]) => here.get(name) === o.metadata.resourceVersion)
    );
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) await end();
    await this.server.stop();
  }
}
