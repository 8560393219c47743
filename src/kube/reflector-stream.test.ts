import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { turn } from "../../test/support/manual-clock.ts";
import { ReflectorBench } from "../../test/support/reflector-bench.ts";
import { hangUp, type RudeHandler, reply, status } from "../../test/support/rude-server.ts";
import { until } from "../../test/support/until.ts";
import { minutes, seconds } from "../base/duration.ts";
import type { Reflector } from "./reflector.ts";

type Response = Parameters<RudeHandler>[1];

describe("a reflector's streamed list", () => {
  let bench: ReflectorBench;
  beforeEach(async () => {
    bench = await ReflectorBench.start();
  });
  afterEach(() => bench.stop());

  /** The requests so far, each in a word. */
  const asked = (): readonly string[] =>
    bench.server.requests.map(({ query }) =>
      query.has("sendInitialEvents") ? "stream" : query.has("watch") ? "watch" : "pages",
    );
  /** Lets streamed lists be answered otherwise; lists in pages are answered well. */
  const onStream = (answer: (response: Response) => "done" | undefined): void => {
    bench.widgets.tamper = (kind, { query }, response) =>
      kind === "list" && query.has("sendInitialEvents") ? answer(response) : undefined;
  };
  /** Sends the first lines of the list and leaves the connection open. */
  const begin =
    (lines: number) =>
    (response: Response): "done" => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write(bench.widgets.streamed().slice(0, lines).join(""));
      return "done";
    };
  const started = (): Reflector<never> => {
    const reflector = bench.reflector();
    reflector.start();
    return reflector as unknown as Reflector<never>;
  };
  /** Has the wait before the next attempt pass. */
  const afterBackoff = async (reflector: Reflector<never>): Promise<void> => {
    await until("it waits", () => reflector.state === "waiting");
    bench.clock.advance(seconds(2));
  };

  it("is one request of a moment not before it, trims each object, and goes on as the watch", async () => {
    for (const name of ["a", "b", "c"]) bench.widgets.put(name, {}, { managedFields: [{ manager: "m" }] });
    const reflector = await bench.watching();
    expect(asked()).toEqual(["stream"]);
    expect(Object.fromEntries(bench.server.requests[0]?.query ?? [])).toMatchObject({
      ...{ watch: "true", allowWatchBookmarks: "true" },
      ...{ sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" },
    });
    // With a version, what a cache knew at that time would do.
    expect(bench.server.requests[0]?.query.has("resourceVersion")).toBe(false);
    expect(bench.equal(reflector)).toBe(true);
    expect(JSON.stringify(reflector.store.list())).not.toContain("managedFields");
    bench.widgets.remove("a");
    bench.widgets.put("d");
    await until("it is told of both", () => bench.equal(reflector));
    expect(bench.changes).toEqual(["added a", "added b", "added c", "deleted a", "added d"]);
    expect([reflector.counter("lists"), reflector.counter("watches"), reflector.counter("events")]).toEqual([
      1, 1, 2,
    ]);
    bench.widgets.resetWatches();
    await until("it waits", () => reflector.state === "waiting");
    bench.clock.advance(seconds(1));
    await bench.untilWatched(reflector);
    expect(asked()).toEqual(["stream", "watch"]);
    expect(bench.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("of nothing is known to be empty", async () => {
    const reflector = await bench.watching();
    expect([reflector.synced, reflector.store.size]).toEqual([true, 0]);
  });

  it("takes in what changes while it is sent, and tells each object once", async () => {
    bench.widgets.put("stays");
    const changing = bench.widgets.put("changes");
    const going = bench.widgets.put("goes");
    const lines = bench.widgets.streamed();
    bench.widgets.lossy = true;
    const changed = bench.widgets.put("changes", { n: 2 });
    bench.widgets.remove("goes");
    bench.widgets.lossy = false;
    const bookmark = bench.widgets.streamed().at(-1) ?? "";
    onStream((response) => {
      const between = [
        { type: "MODIFIED", object: changed },
        { type: "DELETED", object: going },
        { type: "BOOKMARK", object: { metadata: { resourceVersion: "1" } } },
      ].map((event) => `${JSON.stringify(event)}\n`);
      response.writeHead(200, { "content-type": "application/json" });
      response.write([...lines.slice(0, -1), ...between, bookmark].join(""));
      return "done";
    });
    const reflector = started();
    await until("it has listed", () => reflector.synced);
    expect(changed.metadata.resourceVersion).not.toBe(changing.metadata.resourceVersion);
    expect(bench.equal(reflector as never)).toBe(true);
    expect(bench.changes).toEqual(["added stays", "added changes"]);
  });

  it.each([
    [400, "not known", "pages"],
    [403, "forbidden", "stream"],
    [404, "not there", "stream"],
    [405, "not known", "pages"],
    [422, "not known", "pages"],
  ])(
    "that is refused with %i, %s, is read in pages at once, without an error; the next list is begun as %s",
    async (code, _why, next) => {
      bench.widgets.put("a");
      onStream((response) => reply(response, code, status(code, "Invalid", "sendInitialEvents: Forbidden")));
      const reflector = await bench.watching();
      expect(asked()).toEqual(["stream", "pages", "watch"]);
      expect([reflector.counter("lists"), reflector.counter("errors")]).toEqual([1, 0]);
      expect(bench.log.lines).toMatchObject([{ level: "info", fields: { code } }]);
      bench.clock.advance(minutes(1));
      bench.widgets.tamper = undefined;
      bench.widgets.compact();
      bench.widgets.raw(`${JSON.stringify({ type: "ERROR", object: status(410, "Expired", "too old") })}\n`);
      await until("it lists again", () => asked().length > 3);
      expect(asked().slice(0, 4)).toEqual(["stream", "pages", "watch", next]);
    },
  );

  it.each([
    ["is cut off", (response: Response) => void setTimeout(() => hangUp(response), 20)],
    ["ends in good order", (response: Response) => void response.end()],
    ["brings a line that is no event", (response: Response) => void response.write("{no event\n")],
    [
      "is told that it is too old",
      (response: Response) =>
        void response.write(
          `${JSON.stringify({ type: "ERROR", object: status(410, "Expired", "too old") })}\n`,
        ),
    ],
  ])("that %s in the middle is not used, and is read in pages after a wait", async (_what, spoil) => {
    for (const name of ["a", "b", "c"]) bench.widgets.put(name);
    onStream((response) => {
      begin(2)(response);
      spoil(response);
      return "done";
    });
    const reflector = started();
    await until("it waits", () => reflector.state === "waiting");
    expect([reflector.synced, reflector.store.size, bench.changes]).toEqual([false, 0, []]);
    expect(reflector.counter("errors")).toBe(1);
    expect(asked()).toEqual(["stream"]);
    await afterBackoff(reflector);
    await until("it watches", () => reflector.state === "watching");
    expect(asked()).toEqual(["stream", "pages", "watch"]);
    expect(bench.changes).toEqual(["added a", "added b", "added c"]);
  });

  it("that breaks off leaves what is known as it was, and what was deleted meanwhile is told once, by the whole list", async () => {
    for (const name of ["a", "b", "c"]) bench.widgets.put(name);
    const reflector = await bench.watching();
    bench.changes.length = 0;
    bench.widgets.lossy = true;
    bench.widgets.remove("b");
    bench.widgets.put("c", { n: 2 });
    bench.widgets.put("d");
    bench.widgets.lossy = false;
    onStream((response) => {
      begin(1)(response);
      response.end();
      return "done";
    });
    bench.clock.advance(minutes(1));
    bench.widgets.compact();
    bench.widgets.raw(`${JSON.stringify({ type: "ERROR", object: status(410, "Expired", "too old") })}\n`);
    await until("the part has come", () => asked().at(-1) === "stream" && reflector.state === "waiting");
    expect([reflector.store.size, bench.changes]).toEqual([3, []]);
    bench.widgets.tamper = undefined;
    await afterBackoff(reflector as never);
    await until("it is equal again", () => bench.equal(reflector));
    expect(bench.changes).toEqual(["deleted b", "updated c", "added d"]);
  });

  it("after a disconnection tells what was deleted meanwhile, once", async () => {
    for (const name of ["a", "b"]) bench.widgets.put(name);
    const reflector = await bench.watching();
    bench.changes.length = 0;
    bench.widgets.resetWatches();
    await until("it waits", () => reflector.state === "waiting");
    bench.widgets.remove("a");
    bench.widgets.compact();
    // The watch from the old version is too old by then; the list has just been, so there is a wait before the next.
    bench.clock.advance(seconds(1));
    await until("it waits again", () => reflector.counter("gone") === 1 && reflector.state === "waiting");
    bench.clock.advance(seconds(5));
    await until("it is equal again", () => bench.equal(reflector) && reflector.state === "watching");
    expect(asked()).toEqual(["stream", "watch", "stream"]);
    expect(bench.changes).toEqual(["deleted a"]);
  });

  it("without an end is given up after half a minute of silence, and read in pages", async () => {
    bench.widgets.put("a");
    onStream(begin(1));
    const reflector = started();
    await until("a part has come", () => reflector.silence === 0 && asked().length === 1);
    await turn();
    bench.clock.advance(seconds(29));
    await turn();
    expect(reflector.state).toBe("listing");
    bench.clock.advance(seconds(2));
    await afterBackoff(reflector);
    await until("it watches", () => reflector.state === "watching");
    expect(asked()).toEqual(["stream", "pages", "watch"]);
    expect(bench.changes).toEqual(["added a"]);
  });

  it("that has more and more to tell is given up after three minutes, and read in pages", async () => {
    bench.widgets.put("a");
    let more = (): void => {};
    onStream((response) => {
      begin(1)(response);
      more = () => void response.write("\n");
      return "done";
    });
    const reflector = started();
    await until("it is asked for", () => asked().length === 1);
    for (let passed = 0; passed < 3 * 60; passed += 10) {
      expect(reflector.state).toBe("listing");
      const before = reflector.silence;
      more();
      await until("it has come", () => reflector.silence === 0 && before >= 0);
      bench.clock.advance(seconds(10));
    }
    await afterBackoff(reflector);
    await until("it watches", () => reflector.state === "watching");
    expect(asked()).toEqual(["stream", "pages", "watch"]);
  });

  it("that is stopped in the middle leaves no timer, and tells nothing", async () => {
    bench.widgets.put("a");
    onStream(begin(1));
    const reflector = started();
    await until("it is asked for", () => asked().length === 1);
    await reflector.stop();
    expect([bench.clock.pending, bench.changes]).toEqual([0, []]);
  });

  it("is not begun anew by who knows that something should have come", async () => {
    onStream(begin(0));
    const reflector = started();
    await until("it is asked for", () => asked().length === 1);
    bench.clock.advance(seconds(10));
    reflector.renew(seconds(5));
    await turn();
    expect([asked(), reflector.state]).toEqual([["stream"], "listing"]);
  });

  it("that is put off is asked for again after the time that was named, and at last read in pages", async () => {
    onStream((response) =>
      reply(response, 429, status(429, "TooManyRequests", "storage is (re)initializing"), {
        "retry-after": "1",
      }),
    );
    const reflector = started();
    for (let times = 1; times <= 6; times++) {
      await until("it waits", () => asked().length === times && reflector.state === "waiting");
      expect(bench.clock.untilNext).toBeGreaterThanOrEqual(seconds(1));
      bench.clock.advance(seconds(30));
    }
    await until("it watches", () => reflector.state === "watching");
    expect(asked()).toEqual([...Array.from({ length: 6 }, () => "stream"), "pages", "watch"]);
  });

  it("that is broken never storms, and takes turns with pages that are it too", async () => {
    bench.widgets.tamper = (kind, _request, response) => (kind === "list" ? hangUp(response) : undefined);
    const reflector = bench.reflector();
    reflector.start();
    await bench.passWaiting(reflector, minutes(1));
    expect(asked().length).toBeLessThanOrEqual(10);
    expect(asked().slice(0, 4)).toEqual(["stream", "pages", "stream", "pages"]);
  });
});
