import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { type RudeHandler, RudeServer, reply } from "../../../test/support/rude-server.ts";
import { testCertificate } from "../../../test/support/test-certificate.ts";
import { check as checkSchema } from "../../api/check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look } from "../../ports/checks.ts";
import { addressOf } from "../http-address.ts";
import { HttpChecker } from "./http.ts";

const functional = (look: Look): Extract<Look, { kind: "functional" }> => {
  if (look.kind !== "functional") throw new Error(`the look is ${JSON.stringify(look)}`);
  return look;
};

describe("an http check", () => {
  let server: RudeServer;
  let checker: HttpChecker;

  beforeEach(async () => {
    server = await RudeServer.start();
    checker = new HttpChecker(
      (namespace, name) =>
        namespace === "shop" && name === "shop-green"
          ? { host: "127.0.0.1", ports: [server.port, 1] }
          : undefined,
      new AddressPolicy({ apiServer: () => [{ address: "127.0.0.1", port: 6443 }] }),
    );
  });
  afterEach(async () => {
    await checker.close();
    await server.stop();
  });

  const look = (http: object, service = "shop-green", by = checker): Promise<Look> =>
    by.look(
      lookContext(checkSchema.parse({ name: "health", http: { timeout: "2s", ...http } }), {
        target: { service },
      }),
    );
  /** One of a controller whose operator allows this machine's own addresses. */
  const opened = (): HttpChecker & AsyncDisposable => {
    const other = new HttpChecker(() => undefined, new AddressPolicy({ allow: ["127.0.0.0/8"] }));
    return Object.assign(other, { [Symbol.asyncDispose]: () => other.close() });
  };
  const answering = (handler: RudeHandler) => void server.use(handler);

  it("asks the first port of the candidate's Service, by the Service's name", async () => {
    answering((_, response) => reply(response, 200, { status: "ok" }));
    const seen = functional(await look({ path: "/healthz?deep=1" }));
    expect(seen).toMatchObject({ good: true, reason: "Answered" });
    expect(seen.latencyMs).toBeGreaterThan(0);
    expect(server.requests[0]).toMatchObject({
      method: "GET",
      path: "/healthz",
      headers: { host: "shop-green.shop.svc" },
    });
  });

  it("makes a connection of its own at each look, so that it meets every pod", async () => {
    answering((_, response) => reply(response, 200, ""));
    for (let i = 0; i < 3; i++) await look({});
    expect(server.connections).toBe(3);
  });

  it("sends method, headers and body", async () => {
    answering((_, response) => reply(response, 201, ""));
    const sent = {
      method: "POST",
      body: "a=1",
      headers: { Host: "shop.example.com", "X-Tenant": "t" },
      expect: { status: [200, 201] },
    };
    expect(functional(await look(sent)).good).toBe(true);
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      body: "a=1",
      headers: { host: "shop.example.com", "x-tenant": "t" },
    });
  });

  it.each<[string, object, string]>([
    ["a status that is not wanted", { expect: { status: [204] } }, "WrongStatus"],
    ["a header that is missing", { expect: { headers: { "X-Build": ".*" } } }, "MissingHeader"],
    [
      "a header that does not match",
      { expect: { headers: { "Content-Type": "^text/html" } } },
      "WrongHeader",
    ],
    ["a body that does not match", { expect: { body: '"status":"up"' } }, "WrongBody"],
    ["an expression that can't be matched in time", { expect: { body: "^(a+)+$" } }, "WrongBody"],
    ["an answer that is too slow", { expect: { maxLatency: "10ms" } }, "TooSlow"],
  ])("is bad for %s", async (_, http, reason) => {
    answering(async (__, response) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return reply(response, 200, `${"a".repeat(60)}b`);
    });
    expect(functional(await look(http))).toMatchObject({ good: false, reason });
  });

  it("is good when everything is as expected", async () => {
    answering((_, response) => reply(response, 200, { status: "ok", version: "2.0.0" }, { "x-build": "42" }));
    const expected = { headers: { "X-Build": "^4" }, body: '"version":"2\\.0\\.0"', maxLatency: "2s" };
    expect(functional(await look({ expect: expected })).good).toBe(true);
  });

  it("keeps evidence that is bounded and holds no secret, own or echoed", async () => {
    answering(({ headers }, response) =>
      reply(
        response,
        200,
        { echo: headers["x-key"], password: "hunter22", filler: "z".repeat(50_000) },
        { "set-cookie": "sid=abcdef123" },
      ),
    );
    const { evidence = "" } = functional(await look({ headers: { "X-Key": "my-own-key-value" } }));
    expect(evidence).toContain("HTTP 200");
    expect(evidence.length).toBeLessThanOrEqual(4_096);
    for (const secret of ["my-own-key-value", "hunter22", "abcdef123"])
      expect(evidence).not.toContain(secret);
  });

  it("is unreadable, not bad, when the Service is not there or the check can't be sent", async () => {
    expect(await look({}, "shop-blue")).toMatchObject({ kind: "unreadable", reason: "NoService" });
    expect(await look({ headers: { "bad header": "x" } })).toMatchObject({
      kind: "unreadable",
      reason: "InvalidCheck",
    });
  });

  it.each([
    ["loopback", (port: number) => `http://127.0.0.1:${port}/`],
    ["loopback in an odd notation", (port: number) => `http://0x7f.1:${port}/`],
    ["loopback as a number", (port: number) => `http://2130706433:${port}/`],
    ["loopback behind a name", (port: number) => `http://localhost:${port}/`],
    ["loopback inside an IPv6 address", (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["a metadata service", () => "http://169.254.169.254/latest/meta-data/"],
  ])("never asks another address that is %s", async (_, url) => {
    expect(await look({ url: url(server.port) })).toMatchObject({
      kind: "unreadable",
      reason: "ForbiddenAddress",
      message: expect.stringMatching(/--allow-probe-range/),
    });
    expect(server.connections).toBe(0);
  });

  it("asks such an address when the controller's operator allows it", async () => {
    answering((_, response) => reply(response, 200, ""));
    await using open = opened();
    expect(functional(await look({ url: `${server.url}/` }, "shop-green", open)).good).toBe(true);
  });

  it("never asks the API server, also when a Service of the target's name leads to it", async () => {
    expect(await look({ port: 6443 })).toMatchObject({ kind: "unreadable", reason: "ForbiddenAddress" });
  });

  it("is bad when the slot's port refuses the connection", async () => {
    expect(functional(await look({ port: 1 }))).toMatchObject({
      good: false,
      reason: "NoAnswer",
      refused: true,
    });
  });

  it("does not verify the certificate of the slot's own port, and verifies that of another address", async () => {
    const secure = await RudeServer.start(testCertificate("nobody"));
    try {
      secure.use((_, response) => reply(response, 200, ""));
      expect(functional(await look({ scheme: "https", port: secure.port })).good).toBe(true);
      await using open = opened();
      expect(functional(await look({ url: `${secure.url}/` }, "shop-green", open))).toMatchObject({
        good: false,
        reason: "NoAnswer",
      });
    } finally {
      await secure.stop();
    }
  });
});

describe("the address of an http check", () => {
  const resolve = (host: string) => () => ({ host, ports: [8080] });
  const make = (http: object, host = "10.0.0.7") => {
    const { http: parsed } = checkSchema.parse({ name: "x", http });
    if (parsed === undefined) throw new Error("no http");
    return addressOf(parsed, { namespace: "n", name: "s" }, resolve(host));
  };

  it("can't be turned to another host by its path", () => {
    for (const path of ["//evil.example.com/", "/\\evil.example.com/", "/@evil.example.com/"]) {
      const made = make({ path });
      expect(made.ok && made.value.url.host).toBe("10.0.0.7:8080");
    }
  });

  it("takes an IPv6 cluster address", () => {
    const made = make({ path: "/a" }, "fd00::7");
    expect(made.ok && made.value.url.href).toBe("http://[fd00::7]:8080/a");
  });

  it("is the URL where one is given", () => {
    const made = make({ url: "https://shop.example.com/x" });
    expect(made.ok && made.value.url.href).toBe("https://shop.example.com/x");
  });
});
