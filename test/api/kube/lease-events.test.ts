import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import { EVENTS, type EventObject } from "../../../src/kube/event-series.ts";
import { EventSink } from "../../../src/kube/events.ts";
import { LeaseLock } from "../../../src/kube/lease.ts";
import { LEASES } from "../../../src/kube/lease-record.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { until } from "../../support/until.ts";
import { ClusterBench, must } from "./bench.ts";

describe("against a real API server", () => {
  let bench: ClusterBench;
  beforeAll(async () => {
    bench = new ClusterBench();
    await bench.start();
  });
  afterAll(() => bench.stop());

  const lock = (identity: string, name: string, client = bench.client): LeaseLock =>
    new LeaseLock({
      client,
      clock: systemClock,
      namespace: bench.namespace,
      name,
      identity,
      duration: seconds(4),
    });

  it("Lease 1, 3 and 8 (cluster): one of three holds it, gives it up in order, and the record is what Kubernetes expects", async () => {
    const locks = ["a", "b", "c"].map((id) => lock(id, "shared"));
    for (const one of locks) one.start();
    await until("one holds it", () => locks.some(({ isHeld }) => isHeld));
    expect(locks.filter(({ isHeld }) => isHeld)).toHaveLength(1);
    const first = locks.findIndex(({ isHeld }) => isHeld);
    const before = must(await bench.client.get(LEASES, { namespace: bench.namespace, name: "shared" }));
    expect(before.spec).toMatchObject({ leaseDurationSeconds: 4, leaseTransitions: 0 });
    expect(before.spec?.renewTime).toMatch(/\.\d{6}Z$/);
    const released = systemClock.monotonic();
    await locks[first]?.stop();
    await until("another holds it", () => locks.some(({ isHeld }, index) => isHeld && index !== first));
    expect(systemClock.monotonic() - released).toBeLessThan(4_000);
    expect(locks.filter(({ isHeld }) => isHeld)).toHaveLength(1);
    await Promise.all(locks.map((one) => one.stop()));
  });

  it("Lease 2 and 4 (cluster): a holder that is cut off stops first, and another takes over", async () => {
    const cut = bench.clientOf(bench.credentials);
    const [first, second] = [lock("first", "failover", cut), lock("second", "failover")];
    expect(await first.acquire(seconds(10))).toBe(true);
    second.start();
    await until("the second has looked", () => second.holder === "first");
    const lost: number[] = [];
    const taken: number[] = [];
    await cut.transport.close();
    const broken = systemClock.monotonic();
    let both = false;
    await until("the second holds it", () => {
      if (!first.isHeld && lost.length === 0) lost.push(systemClock.monotonic());
      if (second.isHeld && taken.length === 0) taken.push(systemClock.monotonic());
      both ||= first.isHeld && second.isHeld;
      return taken.length > 0;
    });
    expect(both).toBe(false);
    expect(lost[0]).toBeLessThan(taken[0] ?? 0);
    expect((taken[0] ?? 0) - broken).toBeLessThan(5_500);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("Events are written once, repeats become their series, and a new note is an event of its own", async () => {
    const { client, namespace } = bench;
    const sink = new EventSink({
      client,
      clock: systemClock,
      reporter: { controller: "bascule.dev/test", instance: "test-0" },
    });
    const regarding = {
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "shop",
      namespace,
      uid: "0c0ffee0-0000-4000-8000-000000000000",
    };
    const base = { regarding, type: "Warning", reason: "TrafficReverted", action: "Revert" } as const;
    sink.publish({ ...base, note: "20 % of requests failed" });
    await sink.flush();
    for (let i = 0; i < 4; i++) sink.publish({ ...base, note: "20 % of requests failed" });
    sink.publish({ ...base, note: "n".repeat(3_000) });
    await sink.flush();
    const events: readonly EventObject[] = must(await client.list(EVENTS, { namespace })).items;
    const series = events.find(({ note }) => note.startsWith("20 %"));
    expect(series?.series?.count).toBe(5);
    expect(events).toHaveLength(2);
    expect(series?.eventTime).toMatch(/\.\d{6}Z$/);
    await sink.stop();
    sink.publish({ ...base, note: "too late" });
    await sink.flush();
    expect(must(await client.list(EVENTS, { namespace })).items).toHaveLength(2);
  });
});
