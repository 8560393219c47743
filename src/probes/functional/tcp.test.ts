import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { dripping, ending, listening, RudeSocket } from "../../../test/support/rude-socket.ts";
import { until } from "../../../test/support/until.ts";
import { check as checkSchema } from "../../api/check.ts";
import { validateCheck } from "../../core/gate/validate-check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look } from "../../ports/checks.ts";
import { TcpChecker } from "./tcp.ts";

describe("a tcp check", () => {
  let server: RudeSocket;
  beforeEach(async () => {
    server = await RudeSocket.start();
  });
  afterEach(() => server.stop());

  const parse = (tcp: object) => checkSchema.parse({ name: "t", tcp: { timeout: "1s", ...tcp } });
  const look = (tcp: object, policy = new AddressPolicy()): Promise<Look> =>
    new TcpChecker(() => ({ host: "127.0.0.1", ports: [server.port] }), policy).look(lookContext(parse(tcp)));

  it("is good for a connection, where nothing else is asked for", async () => {
    expect(await look({})).toMatchObject({
      good: true,
      reason: "Answered",
      message: expect.stringMatching(/^connected/),
    });
  });

  it("sends text, and is good as soon as what comes matches, also in pieces", async () => {
    server.use((socket) => {
      socket.once("data", () => socket.write("220 mail"));
      socket.once("data", () => setTimeout(() => socket.write(" ready\r\n"), 30));
    });
    expect(await look({ send: "EHLO\r\n", expect: "^220 .*ready" })).toMatchObject({
      good: true,
      evidence: "220 mail ready" + "\r\n",
    });
  });

  it("sends and expects bytes, written in hexadecimal", async () => {
    server.use((socket) => {
      listening(server)(socket);
      socket.once("data", () => socket.write(Buffer.from([0x00, 0xff, 0x0a])));
    });
    expect(await look({ encoding: "hex", send: "0d 0A", expect: "^00ff" })).toMatchObject({
      good: true,
      evidence: "00ff0a",
    });
    expect(server.received).toEqual(Buffer.from([0x0d, 0x0a]));
  });

  it.each<[string, Parameters<RudeSocket["use"]>[0], object, string, RegExp]>([
    ["closes after other bytes", ending("nothing of it"), {}, "WrongAnswer", /closed after 13 bytes/],
    ["closes without a byte", ending(), {}, "NoAnswer", /without a byte/],
    ["drips other bytes", dripping("x"), { timeout: "300ms" }, "WrongAnswer", /within 300ms/],
    ["says nothing", (socket) => void socket.resume(), { timeout: "300ms" }, "Timeout", /within 300ms/],
    ["sends too much", ending("y".repeat(100_000)), {}, "WrongAnswer", /first 64 KiB/],
    [
      "sends what can't be matched in time",
      ending(`${"a".repeat(60)}b`),
      { expect: "^(a+)+$" },
      "WrongAnswer",
      /simpler expression/,
    ],
    ["is too slow", ending("+OK"), { maxLatency: "0ms" }, "TooSlow", /at most 0ms/],
  ])("is bad when the other side %s", async (_, handler, more, reason, message) => {
    server.use(handler);
    const seen = await look({ expect: "^[+]OK", ...more });
    expect(seen).toMatchObject({ good: false, reason, message: expect.stringMatching(message) });
    await until("the connection is closed", () => server.open === 0);
  });

  it("keeps evidence without what it sent", async () => {
    server.use((socket) => void socket.once("data", (data) => socket.end(`you said ${data}`)));
    const { evidence } = (await look({ send: "AUTH s3cr3t-of-mine\r\n", expect: "said" })) as {
      evidence?: string;
    };
    expect(evidence).toBe("you said AUTH ***\r\n");
  });

  it("asks another host only where the policy lets it", async () => {
    const elsewhere = { host: "localhost", port: server.port };
    expect(await look(elsewhere)).toMatchObject({ kind: "unreadable", reason: "ForbiddenAddress" });
    expect(server.connections).toBe(0);
    const open = new AddressPolicy({ allow: ["127.0.0.0/8", "::1/128"] });
    expect(await look(elsewhere, open)).toMatchObject({ good: true });
  });

  it.each([
    [{ host: "shop" }, "tcp.port"],
    [{ expect: "(" }, "tcp.expect"],
    [{ encoding: "hex", send: "0g" }, "tcp.send"],
  ])("is refused beforehand when it is %j", (tcp, path) => {
    expect(validateCheck(parse(tcp))).toMatchObject({ ok: false, error: [{ path }] });
  });
});
