import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { type RudeHandler, RudeServer, reply, type SeenRequest } from "../../../test/support/rude-server.ts";
import { check as checkSchema } from "../../api/check.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look, LookContext } from "../../ports/checks.ts";
import { systemClock } from "../../telemetry/system-clock.ts";
import type { ReadFailure } from "../candidate-cluster.ts";
import { WebhookChecker } from "./webhook.ts";

const KEY = "a key of more than twenty-four bytes";

describe("a webhook check", () => {
  let server: RudeServer;
  let checker: WebhookChecker;
  let stored: Result<string, ReadFailure> = ok(KEY);

  const make = (policy: AddressPolicy): WebhookChecker =>
    new WebhookChecker({
      policy,
      keys: { value: async () => stored },
      clock: systemClock,
      random: () => 0,
    });
  beforeEach(async () => {
    server = await RudeServer.start();
    stored = ok(KEY);
    checker = make(new AddressPolicy({ allow: ["127.0.0.0/8"] }));
  });
  afterEach(async () => {
    await checker.close();
    await server.stop();
  });

  const look = (webhook: object = {}, more: Partial<LookContext> = {}): Promise<Look> => {
    const whole = { url: `${server.url}/ask`, secretRef: { name: "signing" }, timeout: "5s", ...webhook };
    return checker.look(lookContext(checkSchema.parse({ name: "audit", webhook: whole }), more));
  };
  const answering = (handler: RudeHandler): void => void server.use(handler);
  const answer = (body: unknown, status = 200): void =>
    answering((_, response) => reply(response, status, body));
  const signatureOf = ({ headers, body }: SeenRequest, key: string | Buffer): string => {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  };

  it("tells what is judged in a request that the receiver can verify", async () => {
    answer({ verdict: "passed" });
    await look({ data: { ticket: "CHG-7" } }, { release: "shop-2" });
    const [request] = server.requests as [SeenRequest];
    expect(request).toMatchObject({ method: "POST", path: "/ask" });
    expect(JSON.parse(request.body)).toMatchObject({
      type: "bascule.dev/check",
      ...{ namespace: "shop", check: "audit", verification: "v", release: "shop-2" },
      target: { service: "shop-green" },
      data: { ticket: "CHG-7" },
    });
    expect(request.headers["webhook-signature"]).toBe(signatureOf(request, KEY));
    expect(Math.abs(Number(request.headers["webhook-timestamp"]) - Date.now() / 1_000)).toBeLessThan(60);
    expect(signatureOf({ ...request, body: `${request.body} ` }, KEY)).not.toBe(
      request.headers["webhook-signature"],
    );
  });

  it("signs with the bytes of a key that is written as base64", async () => {
    const bytes = Buffer.from("0123456789abcdef0123456789abcdef");
    stored = ok(`whsec_${bytes.toString("base64")}`);
    answer({ verdict: "passed" });
    await look();
    const [request] = server.requests as [SeenRequest];
    expect(request.headers["webhook-signature"]).toBe(signatureOf(request, bytes));
  });

  it("asks under one id, however often, and under another for another verification", async () => {
    answer({ verdict: "pending" });
    await look();
    await look({}, { looks: 9 });
    await look({}, { verification: { name: "v", uid: "other" } });
    const [first, again, other] = server.requests.map(({ headers }) => headers["idempotency-key"]);
    expect(first).toMatch(/^bascule-[0-9a-f]{32}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("passes and fails as it is answered, with the answer's figures and evidence", async () => {
    const told = { message: "ok for 3 countries", value: 0.2, threshold: "at most 1", sampleSize: 12 };
    answer({ verdict: "passed", ...told, validator: "ana@example.com", evidence: { rows: 3 } });
    expect(await look()).toMatchObject({
      ...{ kind: "outcome", state: "passed", reason: "WebhookPassed" },
      ...{ value: 0.2, threshold: "at most 1", sampleSize: 12 },
      message: expect.stringContaining("ok for 3 countries"),
      validator: `webhook 127.0.0.1:${server.port}, which names ana@example.com`,
      evidence: expect.stringContaining('"rows": 3'),
    });
    answer({ verdict: "failed", message: `signed with ${KEY}`, evidence: "password=hunter22" });
    const seen = await look();
    expect(seen).toMatchObject({ state: "failed", reason: "WebhookFailed" });
    expect(JSON.stringify(seen)).not.toContain("hunter22");
    expect(JSON.stringify(seen)).not.toContain(KEY);
    expect(JSON.stringify(server.requests)).not.toContain(KEY);
  });

  it.each([
    ["pending", "WebhookPending"],
    ["inconclusive", "WebhookInconclusive"],
  ])("goes on while the answer is %s", async (verdict, reason) => {
    answer({ verdict, message: "two of three" });
    expect(await look()).toMatchObject({ kind: "outcome", state: "running", reason });
  });

  it("asks again when the other side is unwell, and takes the good answer", async () => {
    answering((_, response) =>
      server.requests.length < 3
        ? reply(response, 503, "later")
        : reply(response, 200, { verdict: "passed" }),
    );
    expect(await look({ attempts: 3 })).toMatchObject({ state: "passed" });
    expect(server.requests).toHaveLength(3);
  });

  it.each<[string, RudeHandler, string, number]>([
    ["is unwell all the time", (_, r) => reply(r, 500, ""), "WebhookUnavailable", 2],
    ["refuses", (_, r) => reply(r, 404, ""), "WebhookRefused", 1],
    ["does not accept the signature", (_, r) => reply(r, 401, ""), "WebhookDenied", 1],
    ["redirects", (_, r) => reply(r, 307, "", { location: "/ask" }), "Redirected", 1],
    ["answers no JSON", (_, r) => reply(r, 200, "<html>"), "BadJson", 1],
    ["answers no verdict", (_, r) => reply(r, 200, { verdict: "yes" }), "BadAnswer", 1],
    [
      "announces more than may be read",
      (_, r) => reply(r, 200, "x".repeat(70_000), { "content-length": "70000" }),
      "BodyTooLarge",
      1,
    ],
    [
      "announces more than it sends",
      (_, r) => {
        r.writeHead(200, { "content-length": "1000" });
        r.write('{"verdict":"passed"}', () => r.socket?.end());
        return "done";
      },
      "WrongLength",
      2,
    ],
    [
      "announces less than it sends",
      (_, r) => {
        const body = '{"verdict":"passed"}';
        r.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n${body}`);
        return "done";
      },
      "BadJson",
      1,
    ],
    ["never answers", () => "done", "Timeout", 2],
  ])("says nothing about the candidate when the other side %s", async (_, handler, reason, requests) => {
    answering(handler);
    const seen = await look({ timeout: reason === "Timeout" ? "300ms" : "5s", attempts: 2 });
    expect(seen).toMatchObject({ kind: "unreadable", reason });
    expect(server.requests).toHaveLength(requests);
  });

  it("is not sent without a key, with a weak one, or to where it may not go", async () => {
    stored = err({ kind: "notMeant", message: "give it the label" });
    expect(await look()).toMatchObject({ reason: "NoKey", message: "Secret signing: give it the label" });
    stored = ok("short");
    expect(await look()).toMatchObject({ reason: "WeakKey" });
    stored = ok(KEY);
    await checker.close();
    checker = make(new AddressPolicy());
    expect(await look()).toMatchObject({ reason: "ForbiddenAddress" });
    expect(server.requests).toEqual([]);
  });
});
