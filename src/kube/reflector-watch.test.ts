import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { turn } from "../../test/support/manual-clock.ts";
import { ReflectorBench, WIDGETS } from "../../test/support/reflector-bench.ts";
import { RudeCollection } from "../../test/support/rude-collection.ts";
import { hangUp, reply, status } from "../../test/support/rude-server.ts";
import { until } from "../../test/support/until.ts";
import { milliseconds, minutes, seconds } from "../base/duration.ts";
import { resourceType } from "./resources.ts";

describe("a reflector whose watch", () => {
  let bench: ReflectorBench;
  beforeEach(async () => {
    bench = await ReflectorBench.start();
  });
  afterEach(() => bench.stop());

  it("Reflector 1, reset: is reset in the middle watches again from its last version and loses or doubles nothing", async () => {
    bench.widgets.put("a");
    const reflector = await bench.watching();
    bench.widgets.put("b");
    await until("b is known", () => reflector.store.size === 2);
    const version = bench.widgets.version;
    bench.widgets.resetWatches();
    await until("it waits", () => reflector.state === "waiting");
    bench.widgets.put("c");
    bench.widgets.remove("a");
    bench.clock.advance(seconds(1));
    await until("c has come and a has gone", () => bench.equal(reflector));
    expect(bench.changes).toEqual(["added a", "added b", "added c", "deleted a"]);
    expect(bench.server.requests.at(-1)?.query.get("resourceVersion")).toBe(String(version));
    expect(reflector.counter("lists")).toBe(1);
    expect(reflector.counter("errors")).toBe(1);
  });

  it.each([0, 0.999])(
    "Reflector 2, immediate close: is ended at once backs off, at most 10 requests in the first minute (random %d)",
    async (random) => {
      bench.widgets.streams = false;
      bench.widgets.tamper = (kind, _request, response) =>
        kind === "watch" ? reply(response, 200, "") : undefined;
      const reflector = bench.reflector({ random: () => random });
      reflector.start();
      await until("it waits", () => reflector.state === "waiting");
      expect(bench.clock.untilNext).toBeGreaterThanOrEqual(800);
      await bench.passWaiting(reflector, minutes(1));
      expect(bench.server.requests.length).toBeLessThanOrEqual(10);
      expect(bench.server.requests.length).toBeGreaterThan(3);
      expect(bench.clock.untilNext).toBeLessThanOrEqual(seconds(30));
    },
  );

  it("Reflector 3, close after one event: brings one event and ends keeps the same bound", async () => {
    bench.widgets.streams = false;
    bench.widgets.tamper = (kind, _request, response) => {
      if (kind !== "watch") return undefined;
      const object = bench.widgets.put("a");
      return reply(response, 200, `${JSON.stringify({ type: "MODIFIED", object })}\n`);
    };
    const reflector = bench.reflector();
    reflector.start();
    await bench.passWaiting(reflector, minutes(1));
    expect(bench.server.requests.length).toBeLessThanOrEqual(10);
    expect(reflector.counter("events")).toBeGreaterThan(3);
  });

  it("Reflector 4, silence: brings nothing is ended by the watchdog, and the age of the last sign of life rises meanwhile", async () => {
    const reflector = await bench.watching({ idleTimeout: seconds(90) });
    bench.clock.advance(seconds(89));
    await turn();
    expect(reflector.silence).toBeGreaterThanOrEqual(seconds(89));
    expect(reflector.state).toBe("watching");
    bench.clock.advance(seconds(2));
    await until("it waits", () => reflector.state === "waiting");
    expect(reflector.counter("idleEnds")).toBe(1);
    expect(reflector.silence).toBe(seconds(91));
    bench.widgets.put("a");
    bench.clock.advance(seconds(1));
    await until("a is known", () => reflector.store.size === 1);
    expect(reflector.silence).toBe(0);
    expect(reflector.counter("lists")).toBe(1);
  });

  it("Reflector 4, silence: is begun again at once for who knows that something should have come, and lists nothing", async () => {
    const reflector = await bench.watching();
    bench.clock.advance(seconds(4));
    reflector.renew(seconds(5));
    await turn();
    expect(reflector.counter("watches")).toBe(1);
    // The connection is deaf: what changes now is not told on it.
    bench.widgets.watches.clear();
    bench.widgets.put("a");
    bench.clock.advance(seconds(2));
    reflector.renew(seconds(5));
    await until("a is known", () => reflector.store.size === 1);
    expect(reflector.counter("watches")).toBe(2);
    expect(reflector.counter("lists")).toBe(1);
    expect(bench.log.lines).toEqual([]);
  });

  it("Reflector 5, bad line: brings a line that is no event says so and watches again", async () => {
    const reflector = await bench.watching();
    bench.widgets.raw("{this is no event\n");
    await until("it waits", () => reflector.state === "waiting");
    expect(reflector.counter("badLines")).toBe(1);
    expect(bench.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    bench.widgets.put("a");
    bench.clock.advance(seconds(1));
    await until("a is known", () => reflector.store.size === 1);
  });

  it("Reflector 5, cut line: ends in the middle of an event counts a bad line and gets the event again", async () => {
    const reflector = await bench.watching();
    bench.widgets.raw('{"type":"ADDED","object":{"meta');
    bench.widgets.endWatches();
    await until("it waits", () => reflector.state === "waiting");
    expect(reflector.counter("badLines")).toBe(1);
  });

  it("Reflector 6, ERROR event: brings an error surfaces its code; 410 lists again, any other backs off and goes on", async () => {
    const reflector = await bench.watching();
    const error = status(500, "InternalError", "etcdserver: leader changed");
    bench.widgets.raw(`${JSON.stringify({ type: "ERROR", object: error })}\n`);
    await until("it waits", () => reflector.state === "waiting");
    expect(bench.log.lines.at(-1)?.fields).toMatchObject({
      kind: "server",
      code: 500,
      reason: "InternalError",
    });
    bench.widgets.watches.clear();
    bench.clock.advance(seconds(1));
    await bench.untilWatched(reflector);
    expect(reflector.counter("lists")).toBe(1);
    bench.widgets.put("a");
    bench.widgets.compact();
    bench.widgets.raw(`${JSON.stringify({ type: "ERROR", object: status(410, "Expired", "too old") })}\n`);
    await until("it waits", () => reflector.state === "waiting");
    bench.clock.advance(seconds(2));
    await until("it has listed again", () => reflector.counter("lists") === 2);
    expect(reflector.counter("gone")).toBe(1);
  });

  it("Reflector 6, always 410: is always too old never storms", async () => {
    bench.widgets.streams = false;
    bench.widgets.tamper = (kind, _request, response) =>
      kind === "watch" ? reply(response, 410, status(410, "Expired", "too old")) : undefined;
    const reflector = bench.reflector();
    reflector.start();
    await bench.passWaiting(reflector, minutes(1));
    expect(bench.server.requests.length).toBeLessThanOrEqual(20);
    expect(reflector.counter("lists")).toBeGreaterThan(2);
  });

  it("Reflector 8, 429: is refused with Retry-After waits that long and some jitter; another reflector goes on", async () => {
    bench.widgets.streams = false;
    const gadgets = resourceType({ ...WIDGETS, kind: "Gadget", plural: "gadgets" });
    new RudeCollection(bench.server, gadgets);
    bench.widgets.tamper = (kind, _request, response) =>
      kind === "watch"
        ? reply(response, 429, status(429, "TooManyRequests", "slow down"), { "retry-after": "20" })
        : undefined;
    const reflector = bench.reflector({ random: () => 0.5 });
    const other = bench.reflector({ type: gadgets });
    reflector.start();
    other.start();
    await until("one waits, one watches", () => reflector.state === "waiting" && other.state === "watching");
    const before = bench.server.count("widgets");
    bench.clock.advance(milliseconds(20_399));
    await turn();
    expect(reflector.state).toBe("waiting");
    bench.widgets.tamper = undefined;
    bench.clock.advance(milliseconds(1));
    await bench.untilWatched(reflector);
    expect(bench.server.count("widgets")).toBe(before + 1);
    expect(other.counter("errors")).toBe(0);
  });

  it("Reflector 9, server timeout: is ended by the server after its minutes goes on without error, list or wait", async () => {
    const asked: number[] = [];
    bench.widgets.tamper = (kind, request) => {
      if (kind === "watch") asked.push(Number(request.query.get("timeoutSeconds")));
      return undefined;
    };
    let turnOf = 0;
    const reflector = await bench.watching({ random: () => [0, 0.999, 0.5][turnOf++ % 3] ?? 0 });
    for (let round = 1; round <= 6; round++) {
      for (let minute = 0; minute < 5; minute++) {
        bench.widgets.bookmark();
        const seen = reflector.counter("bookmarks");
        await until(
          "the bookmark has come",
          () => reflector.counter("bookmarks") > seen || reflector.silence === 0,
        );
        bench.clock.advance(minutes(1));
      }
      bench.widgets.endWatches();
      await bench.untilWatched(reflector);
    }
    expect(reflector.counter("watches")).toBe(7);
    expect(reflector.counter("errors") + reflector.counter("idleEnds")).toBe(0);
    for (const timeout of asked) expect(timeout >= 240 && timeout <= 480).toBe(true);
    expect(new Set(asked).size).toBeGreaterThan(1);
  });

  it("Reflector 11, bookmarks: brings a bookmark moves its version and its age, and calls no handler", async () => {
    const reflector = await bench.watching();
    bench.clock.advance(seconds(30));
    bench.widgets.version = 500;
    bench.widgets.bookmark();
    await until("the bookmark has come", () => reflector.counter("bookmarks") === 1);
    expect(reflector.silence).toBe(0);
    expect(bench.changes).toEqual([]);
    bench.widgets.resetWatches();
    await until("it waits", () => reflector.state === "waiting");
    bench.clock.advance(seconds(2));
    await bench.untilWatched(reflector);
    expect(bench.server.requests.at(-1)?.query.get("allowWatchBookmarks")).toBe("true");
    expect(bench.server.requests.at(-1)?.query.get("resourceVersion")).toBe("500");
  });

  it("is answered by nothing but a dropped connection is tried again for ever", async () => {
    bench.widgets.streams = false;
    bench.widgets.tamper = (kind, _request, response) => (kind === "watch" ? hangUp(response) : undefined);
    const reflector = bench.reflector();
    reflector.start();
    await bench.passWaiting(reflector, minutes(10));
    expect(reflector.counter("errors")).toBeGreaterThan(15);
    bench.widgets.tamper = undefined;
    await turn();
    bench.clock.advance(seconds(30));
    await bench.untilWatched(reflector);
  });
});
