import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import { keyOf } from "../../../src/kube/kube-object.ts";
import { Reflector } from "../../../src/kube/reflector.ts";
import { sleep } from "../../../src/kube/sleep.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { type ClusterName, openCluster } from "../../cluster/index.ts";
import { MemoryLog } from "../../support/reflector-bench.ts";
import { until } from "../../support/until.ts";
import { ClusterBench, CONFIG_MAPS, type ConfigMap, must } from "./bench.ts";

/** About 100 changes a second among 40 names, until told to stop. What an outage swallows is swallowed. */
class Writer {
  readonly #bench: ClusterBench;
  #running = true;
  #seed = 11;
  done = 0;
  refused = 0;

  constructor(bench: ClusterBench) {
    this.#bench = bench;
  }

  async run(): Promise<void> {
    const { client, namespace } = this.#bench;
    const inFlight = new Set<Promise<void>>();
    while (this.#running) {
      const name = `w-${this.#random(40)}`;
      const data = { n: String(this.done), at: String(this.#random(1e6)) };
      const write =
        this.#random(4) === 0
          ? client.delete(CONFIG_MAPS, { namespace, name })
          : client.apply(CONFIG_MAPS, this.#bench.configMap(name, data), { deadline: seconds(5) });
      const one = write.then((outcome) => {
        this.done += 1;
        if (!outcome.ok && outcome.error.kind !== "notFound") this.refused += 1;
        inFlight.delete(one);
      });
      inFlight.add(one);
      await sleep(systemClock, milliseconds(10));
      if (inFlight.size > 40) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  }

  stop(): void {
    this.#running = false;
  }

  #random(below: number): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed % below;
  }
}

describe("a reflector on a real API server", () => {
  let bench: ClusterBench;
  let reflector: Reflector<ConfigMap>;
  const changes = new Map<string, string>();

  beforeAll(async () => {
    bench = new ClusterBench();
    await bench.start();
    const { client, namespace } = bench;
    reflector = new Reflector({
      client,
      type: CONFIG_MAPS,
      selection: { namespace },
      clock: systemClock,
      idleTimeout: seconds(75),
    });
    // What the handlers were told, replayed: it must come to the same as the store.
    reflector.subscribe((change) => {
      const key = keyOf(change.object);
      if (change.kind === "deleted") changes.delete(key);
      else changes.set(key, change.object.metadata.resourceVersion ?? "");
    });
    reflector.start();
    await until("it has listed", () => reflector.synced);
  });
  afterAll(async () => {
    await reflector.stop();
    await bench.stop();
  });

  const versions = (objects: readonly ConfigMap[]): Record<string, string | undefined> =>
    Object.fromEntries(objects.map((object) => [keyOf(object), object.metadata.resourceVersion]).sort());
  const untilEqual = async (limit: number): Promise<void> => {
    const fresh = async (): Promise<object> =>
      versions(must(await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace })).items);
    await until(
      "the store equals a fresh list",
      async () => JSON.stringify(await fresh()) === JSON.stringify(versions(reflector.store.list())),
      limit,
    );
    expect(Object.fromEntries([...changes].sort())).toEqual(versions(reflector.store.list()));
  };

  it("Reflector 12 (cluster), same shape: an object from a list equals the same one from a watch", async () => {
    const name = "shape";
    must(await bench.client.create(CONFIG_MAPS, bench.configMap(name, { a: "b" })));
    await until(
      "the watch has brought it",
      () => reflector.store.get({ namespace: bench.namespace, name }) !== undefined,
    );
    const other = new Reflector({
      client: bench.client,
      type: CONFIG_MAPS,
      selection: { namespace: bench.namespace },
      clock: systemClock,
    });
    other.start();
    await until("it has listed", () => other.synced);
    const listed = other.store.get({ namespace: bench.namespace, name });
    await other.stop();
    expect(listed).toBeDefined();
    expect(listed).toEqual(reflector.store.get({ namespace: bench.namespace, name }));
  });

  it("streamed list (cluster): a real server serves it, whole, and goes on with what happens then", async () => {
    const { client, namespace } = bench;
    const labels = { set: "streamed" };
    const one = (i: number): ConfigMap => {
      const made = bench.configMap(`streamed-${i}`, { n: String(i) });
      return { ...made, metadata: { ...made.metadata, labels } };
    };
    for (let i = 0; i < 120; i++) must(await client.create(CONFIG_MAPS, one(i)));
    const log = new MemoryLog();
    const selection = { namespace, labelSelector: "set=streamed" };
    const streaming = new Reflector({ client, type: CONFIG_MAPS, selection, clock: systemClock, log });
    streaming.start();
    await until("it has listed", () => streaming.synced);
    const paged = must(await client.list(CONFIG_MAPS, selection));
    expect(versions(streaming.store.list())).toEqual(versions(paged.items));
    expect(streaming.store.size).toBe(120);
    must(await client.delete(CONFIG_MAPS, { namespace, name: "streamed-0" }));
    await until("the deletion has come", () => streaming.store.size === 119);
    expect([streaming.counter("lists"), streaming.counter("watches")]).toEqual([1, 1]);
    // A refusal, and a list that was read in pages after all, would be told.
    expect(log.lines).toEqual([]);
    await streaming.stop();
  });

  it("Reflector 22 (cluster), soak in short: under 100 changes a second loses nothing, with an audit that finds nothing missed", async () => {
    const { client, namespace } = bench;
    const audited = new Reflector({
      client,
      type: CONFIG_MAPS,
      selection: { namespace },
      clock: systemClock,
      auditEvery: seconds(2),
      pageSize: 7,
    });
    audited.start();
    const writer = new Writer(bench);
    const before = readdirSync("/proc/self/fd").length;
    const running = writer.run();
    await sleep(systemClock, seconds(12));
    writer.stop();
    await running;
    await untilEqual(10_000);
    expect(writer.done).toBeGreaterThan(200);
    expect(writer.refused).toBe(0);
    expect(audited.counter("audits")).toBeGreaterThanOrEqual(2);
    expect(audited.counter("missed")).toBe(0);
    expect(audited.counter("errors") + reflector.counter("errors")).toBe(0);
    await audited.stop();
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 45);
  });

  it("Reflector 21, API server restart: after a kill during 100 changes a second the store equals a fresh list within one back-off", async () => {
    const apiserver = (await openCluster((process.env.BASCULE_CLUSTER ?? "dev") as ClusterName)).component(
      "apiserver",
    );
    const writer = new Writer(bench);
    const running = writer.run();
    await sleep(systemClock, seconds(3));
    const [watches, done] = [reflector.counter("watches"), writer.done];
    await apiserver.kill();
    await apiserver.start();
    await sleep(systemClock, seconds(3));
    writer.stop();
    await running;
    await untilEqual(30_000);
    expect(reflector.counter("watches")).toBeGreaterThan(watches);
    expect(writer.refused).toBeGreaterThan(0);
    expect(writer.done).toBeGreaterThan(done);
    expect(reflector.counter("missed")).toBe(0);
  });
});
