import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../../../src/api/check.ts";
import type { Checker, Look } from "../../../src/ports/checks.ts";
import { lookContext } from "../../support/look-context.ts";
import { dripping, ending, flooding, RudeSocket, type SocketHandler } from "../../support/rude-socket.ts";
import { until } from "../../support/until.ts";

/** A checker that speaks on a connection of its own, with a time-out of some tenths of a second. */
export interface SocketSuite {
  readonly name: string;
  /** Makes a checker whose slot is at the port of this machine. */
  readonly make: (port: number) => { readonly checker: Checker; readonly check: Check };
  /** Speaks as a healthy candidate does. */
  readonly healthy: SocketHandler;
}

/** Far above every time-out in these cases: a look that needs longer does not end by itself. */
const LIMIT = 5_000;
const CHUNK = Buffer.alloc(256 * 1024, "x");

/** The cases that every checker of a connection has to pass. */
export function describeSocketChecker(suite: SocketSuite): void {
  describe(`the ${suite.name} checker`, () => {
    let server: RudeSocket;
    let subject: ReturnType<SocketSuite["make"]>;

    beforeEach(async () => {
      server = await RudeSocket.start();
      subject = suite.make(server.port);
    });
    afterEach(() => server.stop());

    const look = async (signal = new AbortController().signal): Promise<Look> => {
      const started = performance.now();
      const seen = await subject.checker.look(lookContext(subject.check, { signal }));
      expect(performance.now() - started).toBeLessThan(LIMIT);
      return seen;
    };
    const expectBad = (seen: Look): void => {
      expect(seen).toMatchObject({
        kind: "functional",
        good: false,
        reason: expect.stringMatching(/^[A-Z]\w+$/),
        message: expect.stringMatching(/\w/),
      });
      expect(JSON.stringify(seen).length).toBeLessThan(8_192);
    };

    it("sees evidence in a healthy candidate", async () => {
      server.use(suite.healthy);
      expect(await look()).toMatchObject({ kind: "functional", good: true, reason: "Answered" });
      await until("the connection is closed", () => server.open === 0);
    });

    it("is bad when nothing listens, and says that the connection was refused", async () => {
      await server.stop();
      const seen = await look();
      expectBad(seen);
      expect(seen).toMatchObject({ reason: "NoAnswer", refused: true });
    });

    it("is bad by its time-out when the other side says nothing", async () => {
      server.use((socket) => void socket.resume());
      const seen = await look();
      expectBad(seen);
      expect(seen).toHaveProperty("reason", "Timeout");
      await until("the connection is closed", () => server.open === 0);
    });

    it.each<[string, SocketHandler]>([
      ["drips bytes for ever", dripping("x")],
      ["closes the connection at once", ending()],
      ["resets the connection", (socket) => void socket.once("data", () => socket.resetAndDestroy())],
      ["sends noise", ending(randomBytes(4_096))],
      ["answers in another protocol", ending("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")],
    ])("is bad when the other side %s", async (_, handler) => {
      server.use(handler);
      expectBad(await look());
      await until("the connection is closed", () => server.open === 0);
    });

    it("stops reading what is too much", async () => {
      let sent = 0;
      server.use(flooding(CHUNK, (bytes) => (sent += bytes)));
      expectBad(await look());
      await until("the connection is closed", () => server.open === 0);
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    });

    it("throws when it is aborted, at once and without leaving the connection open", async () => {
      server.use((socket) => void socket.resume());
      const abort = new AbortController();
      const outcome = expect(look(abort.signal)).rejects.toThrow("enough");
      await until("the connection is there", () => server.connections > 0);
      abort.abort(new Error("enough"));
      await outcome;
      await until("the connection is closed", () => server.open === 0);
    });

    it("asks nobody when it is aborted beforehand", async () => {
      await expect(look(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
      expect(server.connections).toBe(0);
    });

    it("sees evidence again after the candidate was bad", async () => {
      server.use(ending());
      expectBad(await look());
      server.use(suite.healthy);
      expect(await look()).toMatchObject({ good: true });
    });
  });
}
