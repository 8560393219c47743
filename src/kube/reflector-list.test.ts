import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { turn } from "../../test/support/manual-clock.ts";
import { ReflectorBench } from "../../test/support/reflector-bench.ts";
import type { TestObject } from "../../test/support/rude-collection.ts";
import { hangUp, reply, status } from "../../test/support/rude-server.ts";
import { until } from "../../test/support/until.ts";
import { hours, minutes, seconds } from "../base/duration.ts";

describe("a reflector's list", () => {
  let bench: ReflectorBench;
  beforeEach(async () => {
    bench = await ReflectorBench.start();
  });
  afterEach(() => bench.stop());

  it("Reflector 7, list failure: is tried again with back-off, first list and relist alike", async () => {
    bench.widgets.put("a");
    bench.widgets.tamper = (kind, _request, response) => (kind === "list" ? hangUp(response) : undefined);
    const reflector = bench.reflector();
    reflector.start();
    await bench.passWaiting(reflector, minutes(5));
    expect(reflector.synced).toBe(false);
    expect(reflector.counter("lists")).toBeGreaterThan(8);
    expect(reflector.counter("lists")).toBeLessThan(30);
    bench.widgets.tamper = undefined;
    bench.clock.advance(seconds(30));
    await bench.untilWatched(reflector);
    expect(bench.changes).toEqual(["added a"]);
    bench.widgets.tamper = (kind, _request, response) =>
      kind === "list" ? reply(response, 503, "no upstream") : undefined;
    bench.widgets.put("b");
    bench.widgets.compact();
    bench.widgets.resetWatches();
    const lists = reflector.counter("lists");
    await bench.passWaiting(reflector, minutes(3));
    expect(reflector.counter("lists")).toBeGreaterThan(lists + 2);
    bench.widgets.tamper = undefined;
    bench.clock.advance(seconds(30));
    await bench.untilWatched(reflector);
    expect(bench.equal(reflector)).toBe(true);
  });

  it("Reflector 10, paging: of 10,000 objects is read in pages of 100, and other work runs between the pages", async () => {
    bench.widgets.streams = false;
    for (let i = 0; i < 10_000; i++) bench.widgets.put(`w-${i}`, { text: "x".repeat(200) });
    const atPage: number[] = [];
    let turns = 0;
    let ticking = true;
    const tick = (): void => {
      turns += 1;
      if (ticking) setImmediate(tick);
    };
    tick();
    bench.widgets.tamper = (kind, request) => {
      if (kind === "list") {
        expect(request.query.get("limit")).toBe("100");
        atPage.push(turns);
      }
      return undefined;
    };
    const reflector = await bench.watching();
    ticking = false;
    expect(reflector.store.size).toBe(10_000);
    expect(atPage).toHaveLength(100);
    for (let page = 1; page < 100; page++) expect(atPage[page]).toBeGreaterThan(atPage[page - 1] ?? 0);
  });

  it("Reflector 10, expired page: that expires in the middle of its pages starts again at once", async () => {
    bench.widgets.streams = false;
    for (let i = 0; i < 30; i++) bench.widgets.put(`w-${i}`);
    let pages = 0;
    bench.widgets.tamper = (kind) => {
      if (kind === "list" && ++pages === 3) bench.widgets.put("late");
      if (kind === "list" && pages === 3) bench.widgets.compact();
      return undefined;
    };
    const reflector = await bench.watching({ pageSize: 10 });
    expect(bench.equal(reflector)).toBe(true);
    expect(reflector.store.size).toBe(31);
    expect(reflector.counter("errors")).toBe(0);
    expect(bench.changes).toHaveLength(31);
  });

  it.each([
    ["streamed", true],
    ["in pages", false],
  ])(
    "Reflector 12, same shape: %s brings an object deeply equal to the same one from a watch",
    async (_how, streams) => {
      bench.widgets.streams = streams;
      bench.widgets.put("a", { at: "2030-01-01T00:00:00Z", n: 1 });
      const listed = await bench.watching();
      const first = listed.store.get({ namespace: "ns", name: "a" });
      await listed.stop();
      bench.widgets.version += 1;
      const stored = bench.widgets.objects.get("a");
      bench.widgets.objects.delete("a");
      const watched = await bench.watching();
      const event = JSON.stringify({ type: "ADDED", object: stored });
      bench.widgets.raw(`${event}\n`);
      await until("a is known", () => watched.store.size === 1);
      expect(first).toBeDefined();
      expect(watched.store.get({ namespace: "ns", name: "a" })).toEqual(first);
    },
  );

  it("Reflector 13, trim: never lets managedFields into the store, and a projection keeps only what it declares", async () => {
    const managedFields = [{ manager: "kubectl", fieldsV1: { "f:spec": {} } }];
    bench.widgets.put("a", { keep: 1, drop: 2 }, { managedFields, labels: { plan: "shop" } });
    const plain = await bench.watching();
    const small = bench.reflector({
      project: ({ apiVersion, kind, metadata, ...rest }): TestObject => {
        const { spec } = rest as TestObject;
        return { apiVersion, kind, metadata, spec: { keep: spec?.keep } };
      },
    });
    small.start();
    await until("both know a", () => plain.store.size === 1 && small.store.size === 1);
    bench.widgets.put("b", { keep: 3, drop: 4 }, { managedFields });
    await until("both know b", () => plain.store.size === 2 && small.store.size === 2);
    for (const object of [...plain.store.list(), ...small.store.list()])
      expect(Object.keys(object.metadata)).not.toContain("managedFields");
    expect(small.store.list().map(({ spec }) => spec)).toEqual([{ keep: 1 }, { keep: 3 }]);
    expect(plain.store.get({ namespace: "ns", name: "a" })?.metadata.labels).toEqual({ plan: "shop" });
  });

  it.each([
    ["streamed", true],
    ["in pages", false],
  ])(
    "Reflector 14, relist difference: after 410 tells exactly what changed between both lists, %s",
    async (_how, streams) => {
      bench.widgets.streams = streams;
      for (const name of ["same", "changed", "gone", "reborn"]) bench.widgets.put(name);
      const reflector = await bench.watching();
      bench.changes.length = 0;
      bench.widgets.lossy = true;
      bench.widgets.put("changed", { n: 2 });
      bench.widgets.remove("gone");
      bench.widgets.remove("reborn");
      bench.widgets.put("reborn");
      bench.widgets.put("new");
      bench.widgets.compact();
      bench.widgets.lossy = false;
      bench.clock.advance(minutes(1));
      bench.widgets.resetWatches();
      await until("it waits", () => reflector.state === "waiting");
      bench.clock.advance(seconds(2));
      await until(
        "it has listed again",
        () => reflector.counter("lists") === 2 && reflector.state === "watching",
      );
      expect([...bench.changes].sort()).toEqual(
        ["updated changed", "deleted gone", "deleted reborn", "added reborn", "added new"].sort(),
      );
      expect(bench.changes.indexOf("deleted reborn")).toBeLessThan(bench.changes.indexOf("added reborn"));
    },
  );

  it.each([
    ["streamed", true],
    ["in pages", false],
  ])(
    "Reflector 15, slow relist: after a list %s counts what the watch had missed and repairs it; in a healthy run it counts nothing",
    async (_how, streams) => {
      for (const name of ["a", "b", "c"]) bench.widgets.put(name);
      bench.widgets.streams = streams;
      const reflector = await bench.watching({ idleTimeout: hours(2) });
      // The watchdog looks once as it does while a list is streamed; then the audit is what comes next.
      if (streams) bench.clock.advance(seconds(30));
      const audit = async (): Promise<void> => {
        const audits = reflector.counter("audits");
        const lists = bench.server.count("limit=100");
        await turn();
        bench.clock.advance(bench.clock.untilNext ?? minutes(15));
        await until("the census is taken", () => bench.server.count("limit=100") > lists);
        bench.widgets.put("a", { n: audits });
        await until("the comparison is made", () => {
          bench.widgets.bookmark();
          return reflector.counter("audits") > audits;
        });
      };
      await audit();
      await audit();
      expect(reflector.counter("missed")).toBe(0);
      expect(reflector.counter("lists")).toBe(1);
      // The store was filled from whole objects, and a census asks for no more than versions.
      const lists = bench.server.requests.filter(({ query }) => query.get("watch") === null);
      const partial = lists.map(({ headers }) => headers.accept?.includes("PartialObjectMetadataList"));
      expect(partial).toEqual(streams ? [true, true] : [false, true, true]);
      bench.widgets.lossy = true;
      bench.widgets.put("b", { n: 99 });
      bench.widgets.remove("c");
      bench.widgets.put("d");
      bench.widgets.lossy = false;
      await audit();
      expect(reflector.counter("missed")).toBe(3);
      await until("the store is right again", () => bench.equal(reflector));
      // A stream has the source that has just missed something; pages may have another.
      expect(bench.server.requests.filter(({ query }) => query.has("sendInitialEvents"))).toHaveLength(1);
    },
  );

  it.each([
    ["streamed", true, 1],
    ["in pages", false, 3],
  ])("selects by label and field, %s and in watches", async (_how, streams, requests) => {
    bench.widgets.streams = streams;
    await bench.watching({
      selection: { namespace: "ns", labelSelector: "a=b", fieldSelector: "metadata.name=x" },
    });
    for (const { path, query } of bench.server.requests) {
      expect(path).toContain("/namespaces/ns/widgets");
      expect([query.get("labelSelector"), query.get("fieldSelector")]).toEqual(["a=b", "metadata.name=x"]);
    }
    expect(bench.server.requests).toHaveLength(requests);
  });

  it("that is refused for lack of rights says so, and goes on trying", async () => {
    bench.widgets.tamper = (kind, _request, response) =>
      kind === "list" ? reply(response, 403, status(403, "Forbidden", "widgets is forbidden")) : undefined;
    const reflector = bench.reflector();
    reflector.start();
    await until("it waits", () => reflector.state === "waiting");
    expect(bench.log.lines.at(-1)?.fields).toMatchObject({ kind: "forbidden", code: 403 });
  });
});
