import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { turn } from "../../test/support/manual-clock.ts";
import { ReflectorBench, WIDGETS } from "../../test/support/reflector-bench.ts";
import { RudeCollection } from "../../test/support/rude-collection.ts";
import { hangUp } from "../../test/support/rude-server.ts";
import { until } from "../../test/support/until.ts";
import { minutes, seconds } from "../base/duration.ts";
import { ReflectorGroup } from "./reflector-group.ts";
import { resourceType } from "./resources.ts";
import { WorkQueue } from "./work-queue.ts";

const descriptors = (): number => readdirSync("/proc/self/fd").length;

describe("a reflector", () => {
  let bench: ReflectorBench;
  beforeEach(async () => {
    bench = await ReflectorBench.start();
  });
  afterEach(() => bench.stop());

  it("Reflector 16, synced gate: hands no key out before all of its group have listed once, and readiness needs freshness", async () => {
    const gadgets = resourceType({ ...WIDGETS, kind: "Gadget", plural: "gadgets" });
    const other = new RudeCollection(bench.server, gadgets);
    other.tamper = (kind, _request, response) => (kind === "list" ? hangUp(response) : undefined);
    bench.widgets.put("a");
    const reflectors = [bench.reflector(), bench.reflector({ type: gadgets })] as const;
    const group = new ReflectorGroup(reflectors, bench.clock);
    const queue = new WorkQueue<string>({ clock: bench.clock });
    const ran: string[] = [];
    reflectors[0].subscribe(({ object }) => queue.add(object.metadata.name));
    group.start();
    const synced = group.whenSynced(minutes(30)).then((all) => {
      expect(all).toBe(true);
      queue.start(async (key) => {
        ran.push(key);
        return { kind: "done" };
      });
    });
    await until(
      "the first has listed and the second waits",
      () => reflectors[0].synced && reflectors[1].state === "waiting",
    );
    expect(group.unsynced).toEqual(["gadgets"]);
    expect(group.isReady(minutes(5))).toBe(false);
    expect([ran, queue.stats.ready]).toEqual([[], 1]);
    other.tamper = undefined;
    bench.clock.advance(seconds(1));
    await until("both have listed", () => group.unsynced.length === 0);
    bench.clock.advance(seconds(1));
    await synced;
    expect(ran).toEqual(["a"]);
    await until("both watch", () => reflectors.every(({ state }) => state === "watching"));
    expect(group.isReady(minutes(2))).toBe(true);
    bench.widgets.tamper = (_kind, _request, response) => hangUp(response);
    bench.clock.suspend(minutes(3));
    expect(group.isReady(minutes(2))).toBe(false);
    expect(group.silentFor(minutes(2))).toEqual(["widgets", "gadgets"]);
    await queue.drain(seconds(1));
  });

  it("Reflector 17, handler throws: goes on, calls the other handlers, and reports a handler that throws or rejects", async () => {
    const reflector = bench.reflector();
    const seen: string[] = [];
    reflector.subscribe(() => {
      throw new Error("first");
    });
    reflector.subscribe((() => Promise.reject(new Error("second"))) as () => void);
    reflector.subscribe(({ object }) => void seen.push(object.metadata.name));
    bench.widgets.put("a");
    reflector.start();
    await bench.untilWatched(reflector);
    bench.widgets.put("b");
    await until("b is told", () => seen.length === 2);
    await turn();
    expect(seen).toEqual(["a", "b"]);
    expect(reflector.counter("handlerErrors")).toBe(4);
    expect(reflector.counter("watches")).toBe(1);
    expect(bench.log.lines.filter(({ message }) => message.includes("handler"))).toHaveLength(4);
  });

  it("Reflector 18, stop: ends its request and all timers, and calls no handler afterwards", async () => {
    const reflector = await bench.watching();
    bench.widgets.put("a");
    await until("a is known", () => reflector.store.size === 1);
    bench.widgets.raw(`${JSON.stringify({ type: "ADDED", object: bench.widgets.put("b") })}\n`);
    const told = bench.changes.length;
    const stopped = reflector.stop();
    await stopped;
    await until("the server sees the end", () => bench.widgets.watches.size === 0);
    expect(bench.changes).toHaveLength(told);
    expect(bench.clock.pending).toBe(0);
    expect(reflector.state).toBe("stopped");
    reflector.start();
    expect(reflector.state).toBe("stopped");
  });

  it("Reflector 18, stop anywhere: leaves no timer when stopped while listing or waiting", async () => {
    bench.widgets.tamper = (kind) => (kind === "list" ? "done" : undefined);
    const listing = bench.reflector();
    listing.start();
    await until("the list is asked for", () => bench.server.requests.length === 1);
    await listing.stop();
    expect(bench.clock.pending).toBe(0);
    bench.widgets.tamper = (_kind, _request, response) => hangUp(response);
    const waiting = bench.reflector();
    waiting.start();
    await until("it waits", () => waiting.state === "waiting");
    await waiting.stop();
    expect(bench.clock.pending).toBe(0);
  });

  it("Reflector 18, exit: a process whose reflector was stopped ends by itself", async () => {
    const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      import { systemClock } from ${at("../telemetry/system-clock.ts")};
      import { connect } from ${at("../../test/support/short-connection.ts")};
      import { WIDGETS } from ${at("../../test/support/reflector-bench.ts")};
      import { Reflector } from ${at("./reflector.ts")};
      const client = connect({ url: ${JSON.stringify(bench.server.url)} }, { clock: systemClock });
      const reflector = new Reflector({ client, type: WIDGETS, clock: systemClock });
      reflector.start();
      while (reflector.state !== "watching") await new Promise((resolve) => setTimeout(resolve, 5));
      await reflector.stop();
      process.stdout.write("stopped");`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 25_000,
    });
    expect(stdout).toBe("stopped");
  });

  it("Reflector 20, descriptors: has as many open after 200 forced reconnects as before", async () => {
    const reflector = await bench.watching();
    const before = descriptors();
    for (let round = 0; round < 200; round++) {
      if (round % 2 === 0) bench.widgets.resetWatches();
      else bench.widgets.endWatches();
      await until("it waits", () => reflector.state === "waiting");
      bench.clock.advance(seconds(30));
      await bench.untilWatched(reflector);
    }
    expect(reflector.counter("watches")).toBe(201);
    await until("the descriptors are as before", () => descriptors() <= before + 2);
    expect(bench.server.open).toBeLessThanOrEqual(2);
  });

  it("Reflector 22, soak in short: after a thousand changes among resets, silences, bad lines and 410s equals a fresh list", async () => {
    const reflector = await bench.watching();
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const faults = [
      () => bench.widgets.resetWatches(),
      () => bench.widgets.endWatches(),
      () => bench.widgets.raw("}{\n"),
      () => {
        bench.widgets.compact();
        bench.widgets.resetWatches();
      },
      () => bench.clock.suspend(minutes(2)),
    ];
    for (let round = 0; round < 50; round++) {
      for (let change = 0; change < 20; change++) {
        const name = `w-${random(60)}`;
        if (bench.widgets.objects.has(name) && random(3) === 0) bench.widgets.remove(name);
        else bench.widgets.put(name, { change });
      }
      faults[random(faults.length)]?.();
      const end = performance.now() + 20_000;
      while (!(bench.equal(reflector) && reflector.state === "watching")) {
        if (performance.now() > end) throw new Error(`round ${round}: the store never became equal`);
        if (reflector.state === "waiting" || reflector.state === "watching") bench.clock.advance(seconds(2));
        await turn();
      }
    }
    expect(bench.changes.length).toBeGreaterThan(400);
    expect(bench.clock.pending).toBeLessThanOrEqual(3);
    await until("connections are few", () => bench.server.open <= 3);
  });
});
