import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { hangUp, RudeServer, reply, status } from "../../test/support/rude-server.ts";
import { plainCredentials } from "../../test/support/short-connection.ts";
import { until } from "../../test/support/until.ts";
import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import type { Credentials } from "./credentials.ts";
import { type Fence, READ_ONLY } from "./fence.ts";
import type { KubeRequest } from "./request.ts";
import { Transport } from "./transport.ts";

/** A fence that the test opens and closes; `atMost` lets only so many askings find it open. */
class Gate implements Fence {
  readonly #end = new AbortController();
  left: Duration = seconds(8);
  atMost = Number.POSITIVE_INFINITY;

  get remaining(): Duration {
    this.atMost -= 1;
    return this.atMost < 0 ? milliseconds(0) : this.left;
  }
  get closed(): AbortSignal {
    return this.#end.signal;
  }
  close(): void {
    this.left = milliseconds(0);
    this.#end.abort();
  }
}

describe("the fence", () => {
  const path = "/api/v1/things/a";
  const write: KubeRequest = { method: "PATCH", path, body: {}, idempotent: true };
  let clock: ManualClock;
  let server: RudeServer;
  let gate: Gate;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    server = await RudeServer.start();
    server.use((_request, response) => reply(response, 200, { fine: true }));
    gate = new Gate();
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await server.stop();
  });

  const open = (credentials: Credentials = plainCredentials(server.url)): Transport => {
    const made = new Transport({ credentials, clock, random: () => 0.5 });
    ends.push(() => made.close());
    return made;
  };
  const writes = (): number => server.requests.filter(({ method }) => method !== "GET").length;
  /** The timer of a pause is short; that of a request's deadline is not. */
  const pausing = (): boolean => (clock.untilNext ?? seconds(60)) < 5_000;
  const refused = { ok: false, error: { kind: "fenced", retry: "never" } };

  it("lets every kind of write pass while it is open, and the API server gives them up when it may close", async () => {
    const transport = open().fenced(gate);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const)
      expect((await transport.text({ method, path, body: {} })).ok).toBe(true);
    expect(server.requests.map(({ query }) => query.get("timeout"))).toEqual(Array(4).fill("8000ms"));
    await transport.text({ ...write, deadline: seconds(3) });
    expect(server.requests.at(-1)?.query.get("timeout")).toBe("3000ms");
  });

  it("lets none pass once it is closed, says so, and lets reads pass all the same", async () => {
    const transport = open().fenced(gate);
    gate.close();
    for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const)
      expect(await transport.text({ method, path, body: {} })).toMatchObject(refused);
    expect(writes()).toBe(0);
    expect((await transport.text({ method: "GET", path })).ok).toBe(true);
    expect(server.requests[0]?.query.get("timeout")).toBeNull();
  });

  it("stops nobody who has none, and those who only read from ever writing", async () => {
    const transport = open();
    expect((await transport.text(write)).ok).toBe(true);
    expect(await transport.fenced(READ_ONLY).text(write)).toMatchObject(refused);
    expect(writes()).toBe(1);
  });

  it("asks again before each retry: what was in flight to be retried is not sent any more", async () => {
    server.use((request, response) => {
      if (request.method !== "PATCH") return undefined;
      // The Lease is lost while the API server answers.
      gate.left = milliseconds(0);
      return reply(response, 503, status(503, "ServiceUnavailable", "not now"));
    });
    const answer = open().fenced(gate).text(write);
    await until("the retry waits", () => writes() === 1 && pausing());
    await clock.pass(seconds(10));
    expect(await answer).toMatchObject(refused);
    expect(writes()).toBe(1);
  });

  it("asks again when the credentials have come", async () => {
    const slow = Promise.withResolvers<void>();
    const plain = plainCredentials(server.url);
    const transport = open({ ...plain, access: () => slow.promise.then(() => plain.access()) }).fenced(gate);
    const answer = transport.text(write);
    gate.left = milliseconds(0);
    slow.resolve();
    expect(await answer).toMatchObject(refused);
    expect(server.requests).toEqual([]);
  });

  it("asks again when the connection is there: a paused process reads its sockets before its timers", async () => {
    // Open when the request is made, closed when it would be put on the wire, and no signal has fired.
    gate.atMost = 1;
    expect(await open().fenced(gate).text(write)).toMatchObject(refused);
    expect(server.requests).toEqual([]);
  });

  it("asks again when a kept connection turns out to be broken", async () => {
    const transport = open();
    expect((await transport.text({ method: "GET", path })).ok).toBe(true);
    server.use((request, response) => {
      if (request.method !== "PATCH") return undefined;
      gate.left = milliseconds(0);
      return hangUp(response);
    });
    const answer = transport.fenced(gate).text(write);
    await until("the write was cut off", () => writes() === 1 && pausing());
    await clock.pass(seconds(10));
    expect(await answer).toMatchObject(refused);
    expect(writes()).toBe(1);
  });

  it("gives up what waits for its answer when it closes", async () => {
    server.use(() => "done");
    const transport = open().fenced(gate);
    const answer = transport.text(write);
    await until("the write has arrived", () => writes() === 1);
    gate.close();
    expect(await answer).toMatchObject(refused);
    expect(clock.pending).toBe(0);
  });

  it("harms nobody else on the same connections", async () => {
    const transport = open();
    const mine = transport.fenced(gate);
    gate.left = milliseconds(0);
    const answers = await Promise.all([mine.text(write), transport.text(write), mine.text(write)]);
    expect(answers.map(({ ok }) => ok)).toEqual([false, true, false]);
    expect(writes()).toBe(1);
  });
});
