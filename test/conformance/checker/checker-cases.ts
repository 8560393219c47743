import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../../../src/api/check.ts";
import type { Checker, Look, LookContext } from "../../../src/ports/checks.ts";
import { lookContext } from "../../support/look-context.ts";
import { drip, flood, type RudeHandler, RudeServer, reply } from "../../support/rude-server.ts";
import { until } from "../../support/until.ts";

/** A checker under test, whose time-out is to be some tenths of a second. */
export interface CheckerSubject {
  readonly checker: Checker;
  readonly check: Check;
  /** A secret that the checker sends in a header; the server echoes it in its answers. Absent: it sends none. */
  readonly secret?: string;
  close(): Promise<void> | void;
}

export interface CheckerSuite {
  readonly name: string;
  /** Makes a checker that asks the given address. */
  readonly make: (address: string) => CheckerSubject;
  /** Answers as a healthy source does. */
  readonly healthy: RudeHandler;
  /** What a look at a healthy source is. */
  readonly isEvidence: (look: Look) => boolean;
  /** Milliseconds within which a look has to end, where a look is more than a request. */
  readonly limit?: number;
}

/** Far above every time-out in these cases: a look that needs longer does not end by itself. */
const LIMIT = 5_000;

/** The cases that every checker of a remote source has to pass. */
export function describeChecker(suite: CheckerSuite): void {
  describe(`the ${suite.name} checker`, () => {
    let server: RudeServer;
    let subject: CheckerSubject;

    beforeEach(async () => {
      server = await RudeServer.start();
      subject = suite.make(server.url);
    });
    afterEach(async () => {
      await subject.close();
      await server.stop();
    });

    const context = (signal: AbortSignal): LookContext => lookContext(subject.check, { signal });
    const look = async (signal = new AbortController().signal): Promise<Look> => {
      const started = performance.now();
      const seen = await subject.checker.look(context(signal));
      expect(performance.now() - started).toBeLessThan(suite.limit ?? LIMIT);
      return seen;
    };
    const expectNoEvidence = (seen: Look): void => {
      expect(suite.isEvidence(seen)).toBe(false);
      if (subject.secret !== undefined) expect(JSON.stringify(seen)).not.toContain(subject.secret);
      expect(JSON.stringify(seen).length).toBeLessThan(8_192);
      if (seen.kind === "functional") expect(seen.good).toBe(false);
      else if (seen.kind === "outcome") expect(seen.state).toBe("failed");
      else expect(seen).toMatchObject({ kind: "unreadable", reason: expect.stringMatching(/^[A-Z]\w+$/) });
    };

    it("sees evidence in a healthy source", async () => {
      server.use(suite.healthy);
      expect(suite.isEvidence(await look())).toBe(true);
    });

    it("answers when nothing listens", async () => {
      await server.stop();
      expectNoEvidence(await look());
    });

    it("answers by its time-out when the source never does", async () => {
      server.use(() => "done");
      expectNoEvidence(await look());
    });

    it("answers by its time-out when the source drips bytes for ever", async () => {
      server.use((_, response) => drip(response));
      expectNoEvidence(await look());
    });

    it("stops reading an answer that is too large", async () => {
      let sent = 0;
      server.use((_, response) => flood(response, (bytes) => (sent += bytes)));
      expectNoEvidence(await look());
      await until("the connection is closed", () => server.open === 0);
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    });

    it("answers when the connection is reset in the middle of an answer", async () => {
      server.use((_, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
        response.write("{", () => response.socket?.resetAndDestroy());
        return "done";
      });
      expectNoEvidence(await look());
    });

    it("does not follow a redirect", async () => {
      server.use(({ path }, response) =>
        path === "/elsewhere" ? undefined : reply(response, 302, "", { location: `${server.url}/elsewhere` }),
      );
      expectNoEvidence(await look());
      expect(server.count("/elsewhere")).toBe(0);
    });

    it.each([500, 401, 404])(
      "takes %i with an echo of the request for no evidence, and tells no secret",
      async (code) => {
        server.use(({ headers }, response) =>
          reply(response, code, { echo: headers, text: JSON.stringify(headers) }),
        );
        const seen = await look();
        if (subject.secret !== undefined)
          expect(JSON.stringify(server.requests[0]?.headers)).toContain(subject.secret);
        expectNoEvidence(seen);
      },
    );

    it("throws when it is aborted, at once and without leaving the connection open", async () => {
      server.use(() => "done");
      const abort = new AbortController();
      const looking = look(abort.signal);
      const outcome = expect(looking).rejects.toThrow("enough");
      await until("the request has arrived", () => server.requests.length > 0);
      abort.abort(new Error("enough"));
      await outcome;
      await until("the connection is closed", () => server.open === 0);
    });

    it("asks nobody when it is aborted beforehand", async () => {
      server.use(suite.healthy);
      await expect(look(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
      expect(server.connections).toBe(0);
    });

    it("sees evidence again after the source was bad", async () => {
      const bad = server.use((_, response) => reply(response, 503, "down"));
      expectNoEvidence(await look());
      bad();
      server.use(suite.healthy);
      expect(suite.isEvidence(await look())).toBe(true);
    });
  });
}
