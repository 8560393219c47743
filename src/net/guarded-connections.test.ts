import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RudeServer, reply } from "../../test/support/rude-server.ts";
import { testCertificate } from "../../test/support/test-certificate.ts";
import { AddressPolicy } from "./address-policy.ts";
import { ForbiddenAddressError, forbiddenIn } from "./forbidden-address.ts";
import { guardedAgent } from "./guarded-agent.ts";
import { guardedLookup } from "./guarded-lookup.ts";
import { guardedSocket } from "./guarded-socket.ts";

const closed = new AddressPolicy();
const open = new AddressPolicy({ allow: ["127.0.0.0/8", "::1/128"] });
const never = new AbortController().signal;

describe("a guarded lookup", () => {
  const addresses = (...list: readonly string[]): LookupAddress[] =>
    list.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  const ask = (answer: LookupAddress[], all: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const lookup = guardedLookup(closed, 80, (_, __, done) => done(null, answer));
      lookup("shop.example.com", { all }, (error, found) => (error ? reject(error) : resolve(found)));
    });

  it("answers as the resolver does, in both of its forms", async () => {
    const found = addresses("10.0.0.1", "fd00::1");
    expect(await ask(found, true)).toEqual(found);
    expect(await ask(found, false)).toBe("10.0.0.1");
  });

  it("refuses a name of which any address is forbidden, in either family", async () => {
    await expect(ask(addresses("10.0.0.1", "169.254.169.254"), true)).rejects.toThrow(
      /shop\.example\.com leads to 169\.254\.169\.254, which is a metadata service/,
    );
    await expect(ask(addresses("10.0.0.1", "::ffff:127.0.0.1"), false)).rejects.toThrow(
      ForbiddenAddressError,
    );
  });

  it("passes the resolver's error on, and takes no address for one", async () => {
    const lookup = guardedLookup(closed, 80, (_, __, done) =>
      done(Object.assign(new Error("gone"), { code: "ENOTFOUND" }), []),
    );
    await expect(
      new Promise((resolve, reject) => lookup("x", {}, (e, a) => (e ? reject(e) : resolve(a)))),
    ).rejects.toThrow("gone");
    await expect(ask([], false)).rejects.toThrow("no address");
  });

  it("is what the socket connects to: a name that leads elsewhere a moment later changes nothing", async () => {
    const server = await RudeServer.start();
    try {
      const answers = ["127.0.0.1", "127.0.0.2"];
      const only = new AddressPolicy({ allow: ["127.0.0.1/32"] });
      const lookup = guardedLookup(only, server.port, (_, __, done) =>
        done(null, addresses(answers.shift() ?? "")),
      );
      const attempt = async (): Promise<string | undefined> => {
        const socket = connect({ host: "rebinding.example.com", port: server.port, lookup });
        try {
          await once(socket, "connect");
          return socket.remoteAddress;
        } finally {
          socket.destroy();
        }
      };
      expect(await attempt()).toBe("127.0.0.1");
      expect(answers).toEqual(["127.0.0.2"]);
      await expect(attempt()).rejects.toThrow(/leads to 127\.0\.0\.2, which is loopback/);
      expect(server.connections).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe("a guarded agent", () => {
  let server: RudeServer;
  beforeEach(async () => {
    server = await RudeServer.start();
    server.use((_, response) => reply(response, 200, "ok"));
  });
  afterEach(() => server.stop());

  const ask = async (policy: AddressPolicy, url: string, options?: { ca?: string; verify?: boolean }) => {
    const agent = guardedAgent(policy, options);
    try {
      const { statusCode, body } = await request(url, { dispatcher: agent });
      await body.dump();
      return statusCode;
    } finally {
      await agent.destroy();
    }
  };

  it("connects to what is allowed, by address and by name", async () => {
    expect(await ask(open, server.url)).toBe(200);
    expect(await ask(open, `http://localhost:${server.port}/`)).toBe(200);
  });

  it.each(["127.0.0.1", "localhost", "0x7f.1", "017700000001", "2130706433", "[::ffff:7f00:1]", "127.1"])(
    "does not connect to %s",
    async (host) => {
      const error = await ask(closed, `http://${host}:${server.port}/`).catch((e: unknown) => e);
      expect(forbiddenIn(error)?.message).toMatch(/loopback; checks may not connect to it/);
      expect(server.connections).toBe(0);
    },
  );

  it("verifies certificates, against a given authority too, unless told otherwise", async () => {
    const certificate = testCertificate();
    const secure = await RudeServer.start(certificate);
    try {
      secure.use((_, response) => reply(response, 200, "ok"));
      await expect(ask(open, secure.url)).rejects.toThrow(/self-signed/);
      expect(await ask(open, secure.url, { ca: certificate.cert })).toBe(200);
      expect(await ask(open, secure.url, { verify: false })).toBe(200);
      expect(forbiddenIn(await ask(closed, secure.url).catch((e: unknown) => e))).toBeDefined();
    } finally {
      await secure.stop();
    }
  });
});

describe("a guarded socket", () => {
  let server: Server;
  let connections = 0;
  const port = (): number => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections++;
      socket.end("hello");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  it("connects to what is allowed", async () => {
    const socket = await guardedSocket(open, { host: "localhost", port: port() }, never);
    const [greeting] = (await socket.toArray()) as Buffer[];
    expect(String(greeting)).toBe("hello");
  });

  // The system's resolver takes odd notations for addresses; what it makes of them is what is looked at.
  it.each(["127.0.0.1", "localhost", "0x7f.1", "2130706433", "::ffff:127.0.0.1"])(
    "does not connect to %s",
    async (host) => {
      const attempt = guardedSocket(closed, { host, port: port() }, never);
      await expect(attempt).rejects.toThrow(ForbiddenAddressError);
      expect(connections).toBe(0);
    },
  );

  it("tells the system's error, and the reason of its signal", async () => {
    const gone = port();
    await new Promise((resolve) => server.close(resolve));
    await expect(guardedSocket(open, { host: "127.0.0.1", port: gone }, never)).rejects.toThrow(
      /ECONNREFUSED/,
    );
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(guardedSocket(open, { host: "127.0.0.1", port: gone }, aborted)).rejects.toThrow("enough");
  });
});
