import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { type RudeHandler, RudeServer, reply } from "../../../test/support/rude-server.ts";
import { check as checkSchema } from "../../api/check.ts";
import { bindTarget } from "../../core/gate/bind-target.ts";
import { resolveChecks } from "../../core/gate/resolve.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look } from "../../ports/checks.ts";
import { JourneyChecker } from "./journey.ts";

const SESSION = "session-0123456789";

describe("a journey", () => {
  let server: RudeServer;
  let checker: JourneyChecker;

  beforeEach(async () => {
    server = await RudeServer.start();
    checker = new JourneyChecker(() => ({ host: "127.0.0.1", ports: [server.port] }), new AddressPolicy());
    server.use(shop);
  });
  afterEach(async () => {
    await checker.close();
    await server.stop();
  });

  /** A shop with a login, a basket and an order. */
  const shop: RudeHandler = ({ method, path, headers, body, query }, response) => {
    const known = headers.cookie?.includes(`sid=${SESSION}`) === true;
    if (path === "/login" && method === "POST")
      return reply(response, 302, "", {
        "set-cookie": `sid=${SESSION}; Path=/; HttpOnly`,
        location: "/home",
      });
    if (!known) return reply(response, 403, { error: "who are you", saw: headers.cookie });
    if (path === "/orders" && method === "POST")
      return reply(
        response,
        201,
        { order: { id: 4711, total: "12.50" }, items: [JSON.parse(body)] },
        { etag: "v1" },
      );
    if (path === "/orders/4711")
      return reply(response, 200, { id: 4711, tag: headers["if-match"] ?? null, q: query.get("q") });
    return undefined;
  };

  const login = { name: "login", method: "POST", path: "/login", expect: { status: [302] } };
  const order = {
    name: "order",
    method: "POST",
    path: "/orders",
    body: '{"sku": "x1"}',
    expect: { status: [201], json: [{ path: "$.items[0].sku", equals: "x1" }] },
    capture: [
      { name: "id", json: "$.order.id" },
      { name: "tag", header: "ETag", plain: true },
    ],
  };
  const read = {
    name: "read",
    path: "/orders/{{vars.id}}?q={{vars.tag}}",
    headers: { "If-Match": "{{vars.tag}}" },
    expect: {
      json: [
        { path: "$.id", equals: "{{vars.id}}" },
        { path: "$.tag", matches: "^{{vars.tag}}$" },
        { path: "$.deleted", exists: false },
      ],
    },
  };

  const checkOf = (steps: readonly object[], more: object = {}) => {
    const entry = checkSchema.parse({
      name: "buy",
      journey: { cookies: true, timeout: "2s", ...more, steps },
    });
    const resolved = resolveChecks([entry], () => undefined);
    if (!resolved.ok) throw new Error(resolved.message);
    const bound = bindTarget(resolved.checks[0] ?? entry, { namespace: "shop", service: "shop-green" });
    if (!bound.ok) throw new Error(bound.error);
    return bound.value;
  };
  const look = (steps: readonly object[], more?: object): Promise<Look> =>
    checker.look(lookContext(checkOf(steps, more)));

  it("walks from answer to answer, with cookies and values of earlier steps", async () => {
    const seen = await look([login, order, read]);
    expect(seen).toMatchObject({ kind: "functional", good: true, reason: "Answered" });
    expect(server.requests.map(({ path }) => path)).toEqual(["/login", "/orders", "/orders/4711"]);
    expect(server.requests[2]?.headers["if-match"]).toBe("v1");
  });

  it("begins anew at each look", async () => {
    await look([login]);
    expect(await look([order])).toMatchObject({ good: false, reason: "WrongStatus" });
  });

  it("sends no cookies unless it is asked to, and takes one as a value", async () => {
    expect(await look([login, order], { cookies: false })).toMatchObject({ good: false });
    const taken = { ...login, capture: [{ name: "sid", cookie: "sid" }] };
    const sent = { ...order, headers: { Cookie: "sid={{vars.sid}}" } };
    expect(await look([taken, sent], { cookies: false })).toMatchObject({ good: true });
  });

  it("keeps cookies from other hosts, and forgets those that are taken back", async () => {
    const other = await RudeServer.start();
    const open = new JourneyChecker(
      () => ({ host: "127.0.0.1", ports: [server.port] }),
      new AddressPolicy({ allow: ["127.0.0.0/8"] }),
    );
    try {
      other.use((_, response) => reply(response, 200, ""));
      const away = { name: "away", url: `${other.url}/` };
      await open.look(lookContext(checkOf([login, away])));
      expect(other.requests[0]?.headers.cookie).toBeUndefined();
    } finally {
      await open.close();
      await other.stop();
    }
    server.use(({ path }, response) =>
      path === "/logout" ? reply(response, 200, "", { "set-cookie": "sid=; Max-Age=0" }) : undefined,
    );
    expect(await look([login, { name: "logout", path: "/logout" }, order])).toMatchObject({
      good: false,
      reason: "WrongStatus",
      message: expect.stringMatching(/^step "order": status 403/),
    });
  });

  it.each<[string, object, string, RegExp]>([
    ["a status that is not wanted", { expect: {} }, "WrongStatus", /status 201, wanted 200/],
    [
      "a value that differs",
      { expect: { status: [201], json: [{ path: "$.order.total", equals: "13" }] } },
      "WrongJson",
      /\$\.order\.total is 12\.50, wanted 13/,
    ],
    [
      "a value that does not match",
      { expect: { status: [201], json: [{ path: "$.order.total", matches: "^x" }] } },
      "WrongJson",
      /does not match/,
    ],
    [
      "a place that is empty",
      { expect: { status: [201], json: [{ path: "$.order.price" }] } },
      "JsonPathNoMatch",
      /nothing stands at \$\.order\.price/,
    ],
    [
      "a place that should be empty",
      { expect: { status: [201], json: [{ path: "$.order", exists: false }] } },
      "WrongJson",
      /something stands at \$\.order/,
    ],
    [
      "an object where a value is compared",
      { expect: { status: [201], json: [{ path: "$.order", equals: "x" }] } },
      "WrongJson",
      /is an object/,
    ],
    [
      "a path to capture that leads nowhere",
      { capture: [{ name: "x", json: "$.nothing" }] },
      "JsonPathNoMatch",
      /\$\.nothing/,
    ],
    ["an object to capture", { capture: [{ name: "x", json: "$.items" }] }, "WrongJson", /is an array/],
    ["a header that is missing", { capture: [{ name: "x", header: "X-No" }] }, "MissingHeader", /X-No/],
    ["a cookie that is not set", { capture: [{ name: "x", cookie: "no" }] }, "MissingCookie", /cookie no/],
    ["a body that is too late", { expect: { status: [201], maxLatency: "0ms" } }, "TooSlow", /at most 0ms/],
  ])("is bad for %s, and names the step", async (_, change, reason, message) => {
    const seen = await look([login, { ...order, ...change }, { name: "never", path: "/never" }]);
    expect(seen).toMatchObject({
      kind: "functional",
      good: false,
      reason,
      message: expect.stringMatching(message),
    });
    expect(seen).toHaveProperty("message", expect.stringMatching(/^step "order": /));
    expect(server.count("/never")).toBe(0);
  });

  it("is bad for a body that is no JSON", async () => {
    server.use(({ path }, response) => (path === "/text" ? reply(response, 200, "<html>") : undefined));
    const step = { name: "text", path: "/text", expect: { json: [{ path: "$.a" }] } };
    expect(await look([step])).toMatchObject({ good: false, reason: "NotJson" });
  });

  it("has one time-out for all steps together", async () => {
    server.use(async ({ path }, response) => {
      if (path !== "/slow") return undefined;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return reply(response, 200, "");
    });
    const steps = [1, 2, 3, 4].map((n) => ({ name: `s${n}`, path: "/slow" }));
    expect(await look(steps, { timeout: "400ms" })).toMatchObject({
      good: false,
      reason: "Timeout",
      message: expect.stringMatching(/^step "s[23]": no whole answer within 400ms/),
    });
  });

  it("says when nobody took the first connection", async () => {
    const refused = await look([login], { port: 1 });
    expect(refused).toMatchObject({ good: false, reason: "NoAnswer", refused: true });
  });

  it("tells no value that it captured, no cookie and no secret header, unless the value is plain", async () => {
    server.use(({ path, headers }, response) =>
      path.startsWith("/orders/") ? reply(response, 500, { saw: headers, id: "4711", tag: "v1" }) : undefined,
    );
    const seen = await look([
      login,
      order,
      { ...read, headers: { "X-Id": "key-{{vars.id}}", Authorization: "Bearer s3cr3t-token" } },
    ]);
    const text = JSON.stringify(seen);
    expect(seen).toMatchObject({ good: false, reason: "WrongStatus" });
    for (const secret of [SESSION, "4711", "s3cr3t-token"]) expect(text).not.toContain(secret);
    expect(text).toContain("v1");
    expect(text).toContain("/orders/{{vars.id}}");
  });

  it("lets no captured value become a line of its own, nor another host", async () => {
    server.use(({ path }, response) =>
      path === "/odd"
        ? reply(response, 200, { line: "a\r\nX-Evil: 1", host: ".evil.example.com/" })
        : undefined,
    );
    const capture = (json: string) => ({ name: "odd", path: "/odd", capture: [{ name: "x", json }] });
    const header = { name: "next", path: "/", headers: { "X-A": "{{vars.x}}" } };
    expect(await look([capture("$.line"), header])).toMatchObject({
      reason: "UnusableValue",
      message: expect.stringMatching(/control character/),
    });
    expect(() => checkOf([capture("$.host"), { name: "next", url: "http://shop{{vars.x}}/" }])).toThrow(
      /host/,
    );
  });

  it("never asks a forbidden address", async () => {
    expect(await look([{ name: "away", url: "http://169.254.169.254/" }])).toMatchObject({
      kind: "unreadable",
      reason: "ForbiddenAddress",
      message: expect.stringMatching(/^step "away": 169\.254\.169\.254 is a metadata service/),
    });
  });

  it.each<[string, readonly object[], RegExp]>([
    [
      "uses a value before it is captured",
      [read, { ...order }],
      /vars\.id.* is not captured by an earlier step/,
    ],
    [
      "captures from two places",
      [{ ...login, capture: [{ name: "x", json: "$", header: "a" }] }],
      /exactly one of json, header, cookie/,
    ],
    [
      "captures from nowhere",
      [{ ...login, capture: [{ name: "x" }] }],
      /exactly one of json, header, cookie/,
    ],
    ["has a path that is none", [{ ...login, expect: { json: [{ path: "$.*" }] } }], /without wildcards/],
    [
      "has an expression that is none",
      [{ ...login, expect: { json: [{ path: "$", matches: "(" }] } }],
      /no regular expression/,
    ],
    [
      "wants nothing with a value",
      [{ ...login, expect: { json: [{ path: "$", exists: false, equals: "1" }] } }],
      /nothing can stand there/,
    ],
    ["names two steps alike", [login, login], /names two steps/],
    ["sends a body with GET", [{ name: "get", body: "x" }], /a GET has no body/],
    [
      "takes a value for a host",
      [
        { ...login, capture: [{ name: "h", header: "location" }] },
        { name: "go", url: "http://{{vars.h}}" },
      ],
      /scheme, host and port/,
    ],
    [
      "takes a value for a host behind slashes",
      [
        { ...login, capture: [{ name: "h", header: "location" }] },
        { name: "go", url: "http:////{{vars.h}}/" },
      ],
      /scheme, host and port/,
    ],
    ["uses a name that nobody knows", [{ name: "get", path: "/{{args.x}}" }], /vars\.NAME/],
    [
      "captures under a name that is filled in",
      [{ ...login, capture: [{ name: "x", header: "{{vars.y}}" }] }],
      /not known here/,
    ],
  ])("is refused beforehand when it %s", (_, steps, message) => {
    expect(() => checkOf(steps)).toThrow(message);
  });
});
