import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ManualClock, turn } from "../../test/support/manual-clock.ts";
import { hangUp, type RudeHandler, RudeServer, reply, status } from "../../test/support/rude-server.ts";
import { connect, plainCredentials } from "../../test/support/short-connection.ts";
import { type TestCertificate, testCertificate } from "../../test/support/test-certificate.ts";
import { until } from "../../test/support/until.ts";
import { milliseconds, minutes, seconds } from "../base/duration.ts";
import { type Credentials, loadCredentials, withBearerToken } from "./credentials.ts";
import { Transport } from "./transport.ts";

const TOKEN = "s3cret-token-of-the-test";

describe("the transport", () => {
  let folder: string;
  let certificate: TestCertificate;
  let clock: ManualClock;
  let server: RudeServer;
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(() => {
    certificate = testCertificate();
    folder = mkdtempSync(join(tmpdir(), "bascule-transport-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    clock = new ManualClock();
    server = await RudeServer.start(certificate);
    server.use((_request, response) => reply(response, 200, { fine: true }));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await server.stop();
  });

  const transport = (credentials: Credentials): Transport => {
    const made = new Transport({ credentials, clock, random: () => 0.5 });
    ends.push(() => made.close());
    return made;
  };
  const trusting = (headers: Readonly<Record<string, string>> = {}): Credentials => ({
    ...plainCredentials(server.url),
    access: () => Promise.resolve({ tls: { ca: certificate.cert, verify: true }, headers }),
  });
  /** Answers with these one after the other, then as always. */
  const answers = (...handlers: readonly RudeHandler[]): void => {
    const left = [...handlers];
    server.use((request, response) => left.shift()?.(request, response));
  };
  const kubeconfig = (user: object, cluster: object = {}): string => {
    const path = join(folder, `config-${Math.random().toString(36).slice(2)}`);
    const ca = Buffer.from(certificate.cert).toString("base64");
    const config = {
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "c", user: "u", namespace: "team" } }],
      clusters: [
        { name: "c", cluster: { server: server.url, "certificate-authority-data": ca, ...cluster } },
      ],
      users: [{ name: "u", user }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  /** The timer of a pause is short; that of a request's deadline is not. */
  const pausing = (): boolean => (clock.untilNext ?? minutes(1)) < 5_000;
  const read = { method: "GET", path: "/api/v1/things" } as const;

  it("Reflector 19, token rotation: the next request carries the new token of the file, without a restart", async () => {
    const file = join(folder, "token");
    writeFileSync(file, "first\n");
    const reading = transport(loadCredentials({ kubeconfig: kubeconfig({ tokenFile: file }) }));
    await reading.text(read);
    writeFileSync(`${file}.new`, "second\n");
    renameSync(`${file}.new`, file);
    await reading.text(read);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer first",
      "Bearer second",
    ]);
  });

  it("Reflector 19, in a pod: reads server, trust, namespace and a rotating token from the service account", async () => {
    const root = join(folder, "pod");
    const account = join(root, "var/run/secrets/kubernetes.io/serviceaccount");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, "ca.crt"), certificate.cert);
    writeFileSync(join(account, "namespace"), "bascule-system\n");
    writeFileSync(join(account, "token"), "one");
    const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(server.port) };
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const credentials = loadCredentials({ env, serviceAccountRoot: root });
      expect(credentials.namespace).toBe("bascule-system");
      const pod = transport(credentials);
      expect((await pod.text(read)).ok).toBe(true);
      writeFileSync(join(account, "token"), "two, and longer");
      await pod.text(read);
    } finally {
      for (const name of Object.keys(env)) delete process.env[name];
      Object.assign(process.env, before);
    }
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer one",
      "Bearer two, and longer",
    ]);
  });

  it("Reflector 20, one connection: sends 300 requests in a row over at most 2 connections", async () => {
    const one = transport(trusting());
    for (let i = 0; i < 300; i++) expect((await one.json<{ fine: boolean }>(read)).ok).toBe(true);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it("makes new connections when the TLS material changes, and only then", async () => {
    let key = 0;
    const cert = testCertificate("client");
    const changing = transport({
      ...trusting(),
      access: async () => ({
        tls: { ca: certificate.cert, verify: true, ...(key > 0 ? { cert: cert.cert, key: cert.key } : {}) },
        headers: {},
      }),
    });
    for (let i = 0; i < 5; i++) await changing.text(read);
    const before = server.connections;
    expect(before).toBeLessThanOrEqual(2);
    key = 1;
    for (let i = 0; i < 5; i++) await changing.text(read);
    expect(server.connections).toBeGreaterThan(before);
    expect(server.connections).toBeLessThanOrEqual(before + 2);
    await until("the old connections are gone", () => server.open === server.connections - before);
  });

  it("refuses a server that it does not trust", async () => {
    const strange = transport(plainCredentials(server.url));
    const answer = await strange.text({ ...read, attempts: 1 });
    expect(!answer.ok && answer.error).toMatchObject({ kind: "unreachable", retry: "soon", code: 0 });
  });

  it("Apply 4, errors as values: takes code, reason, message, causes and Retry-After from the Status", async () => {
    const details = {
      causes: [{ field: "spec.weight", reason: "FieldValueInvalid", message: "must be at most 100" }],
    };
    answers((_q, response) => reply(response, 422, status(422, "Invalid", "Release is invalid", details)));
    const asking = transport(trusting());
    const answer = await asking.text({ ...read, method: "POST", body: {} });
    expect(!answer.ok && answer.error).toMatchObject({
      ...{ kind: "invalid", code: 422, reason: "Invalid", retry: "never" },
      causes: [{ field: "spec.weight", message: "must be at most 100" }],
    });
    answers((_q, response) =>
      reply(response, 429, status(429, "TooManyRequests", "later", { retryAfterSeconds: 7 })),
    );
    const later = await asking.text({ ...read, method: "POST", body: {} });
    expect(!later.ok && later.error).toMatchObject({
      kind: "tooManyRequests",
      retryAfter: 7_000,
      retry: "soon",
    });
  });

  it("Apply 4, no secrets: repeats neither token nor headers, even if the server or a proxy does", async () => {
    const asking = transport(trusting({ Authorization: `Bearer ${TOKEN}` }));
    const echo: RudeHandler = ({ headers }, response) =>
      reply(response, 401, status(401, "Unauthorized", JSON.stringify(headers)));
    const page: RudeHandler = ({ headers }, response) =>
      reply(response, 502, `<html>${JSON.stringify(headers)}</html>`);
    for (const handler of [
      echo,
      page,
      (_q: unknown, response: Parameters<typeof hangUp>[0]) => hangUp(response),
    ]) {
      answers(handler as RudeHandler);
      const answer = await asking.text({ ...read, attempts: 1 });
      if (answer.ok) throw new Error("that should have failed");
      expect(server.requests.at(-1)?.headers.authorization).toContain(TOKEN);
      const { inspect } = await import("node:util");
      expect(
        inspect(answer.error, { depth: 20 }) + JSON.stringify(answer.error) + answer.error.stack,
      ).not.toContain(TOKEN);
    }
  });

  it("tells a failing credential plugin apart and does not repeat its output", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sh",
      args: ["-c", `echo ${TOKEN} >&2; exit 3`],
    };
    const asking = transport(loadCredentials({ kubeconfig: kubeconfig({ exec }) }));
    const answer = await asking.text(read);
    if (answer.ok) throw new Error("that should have failed");
    expect(answer.error.kind).toBe("credentials");
    expect(answer.error.message).toContain('the plugin "sh"');
    expect(answer.error.message).not.toContain(TOKEN);
  });

  it("retries what is idempotent after transient failures, and nothing else", async () => {
    const asking = transport(trusting());
    const bad: RudeHandler = (_q, response) =>
      reply(response, 503, status(503, "ServiceUnavailable", "starting"));
    const reset: RudeHandler = (_q, response) => hangUp(response);
    answers(bad, reset);
    const reading = asking.text(read);
    for (let attempt = 1; attempt <= 2; attempt++) {
      await until("it waits for another attempt", () => server.requests.length === attempt && pausing());
      clock.advance(seconds(1));
    }
    expect((await reading).ok).toBe(true);
    expect(server.requests).toHaveLength(3);
    answers(bad, bad);
    const written = await asking.text({ ...read, method: "POST", body: {} });
    expect(written.ok).toBe(false);
    expect(server.requests).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });

  it("waits for Retry-After before it tries again, or gives the error back when the deadline would pass", async () => {
    const asking = transport(trusting());
    const slow: RudeHandler = (_q, response) =>
      reply(response, 429, status(429, "TooManyRequests", "no"), { "retry-after": "3" });
    answers(slow);
    const reading = asking.text(read);
    await until("it waits", () => server.requests.length === 1 && pausing());
    clock.advance(milliseconds(3_000));
    await turn();
    expect(server.requests).toHaveLength(1);
    clock.advance(milliseconds(1_000));
    expect((await reading).ok).toBe(true);
    answers(slow);
    const hurried = await asking.text({ ...read, deadline: seconds(2) });
    expect(!hurried.ok && hurried.error).toMatchObject({ kind: "tooManyRequests", retryAfter: 3_000 });
  });

  it.each(["head", "body"])(
    "gives up at the deadline when the %s of an answer does not come",
    async (part) => {
      answers((_q, response) => {
        if (part === "body") response.writeHead(200).write('{"fi');
        return "done";
      });
      const asking = transport(trusting());
      const reading = asking.text({ ...read, deadline: seconds(5) });
      await until("the server is asked", () => server.requests.length === 1);
      for (let i = 0; i < 20; i++) await turn();
      clock.advance(seconds(5));
      const answer = await reading;
      expect(!answer.ok && answer.error).toMatchObject({ kind: "timeout", retry: "soon" });
      expect(clock.pending).toBe(0);
      await until("the connection is closed", () => server.open === 0);
    },
  );

  it("ends when its caller gives up, and never sends what was given up before", async () => {
    answers(() => "done");
    const asking = transport(trusting());
    const abort = new AbortController();
    const reading = asking.text({ ...read, signal: abort.signal });
    await until("the server is asked", () => server.requests.length === 1);
    abort.abort();
    for (const answer of [await reading, await asking.text({ ...read, signal: abort.signal })])
      expect(!answer.ok && answer.error).toMatchObject({ kind: "aborted", retry: "never" });
    expect(server.requests).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("reads no more of an answer than it may", async () => {
    answers((_q, response) => reply(response, 200, "x".repeat(3_000_000)));
    const asking = transport(trusting());
    const answer = await asking.text({ ...read, maxBytes: 1_000_000 });
    expect(!answer.ok && answer.error).toMatchObject({ kind: "tooLarge", retry: "never" });
    expect((await asking.text(read)).ok).toBe(true);
  });

  it("says so when an answer is no JSON", async () => {
    answers((_q, response) => reply(response, 200, "<html>"));
    const answer = await transport(trusting()).json(read);
    expect(!answer.ok && answer.error.kind).toBe("malformed");
  });

  it("feeds the server's clock from the Date of every answer", async () => {
    answers((_q, response) => reply(response, 200, {}, { date: "Tue, 01 Jan 2040 00:00:00 GMT" }));
    const asking = transport(trusting());
    expect(asking.serverClock.now()).toBeUndefined();
    await asking.text(read);
    clock.advance(minutes(1));
    expect(asking.serverClock.now()).toBe(Date.UTC(2040, 0, 1, 0, 1));
  });

  it("speaks with another's token and drops every identity of its own", async () => {
    const base = {
      ...trusting(),
      access: async () => ({
        tls: { ca: certificate.cert, verify: true, cert: "x", key: "y" },
        headers: { a: "b" },
      }),
    };
    const { tls, headers } = await withBearerToken(base, TOKEN).access();
    expect([tls.cert, tls.key, headers]).toEqual([
      undefined,
      undefined,
      { Authorization: `Bearer ${TOKEN}` },
    ]);
  });

  it.each([
    [{ kubeconfig: "/does/not/exist" }, /\/does\/not\/exist can't be read \(ENOENT\)/],
    [{ env: { HOME: "/does/not/exist" } }, /KUBECONFIG is not set.*name a kubeconfig/],
  ])("says what to do when there is no way into a cluster (%j)", (source, message) => {
    expect(() => loadCredentials(source)).toThrow(message);
  });

  it("picks up a kubeconfig that was rewritten, and refuses a proxy that it can't use", async () => {
    const path = kubeconfig({ token: "old" });
    const asking = transport(loadCredentials({ kubeconfig: path }));
    await asking.text(read);
    renameSync(kubeconfig({ token: "newer" }), path);
    await asking.text(read);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer old",
      "Bearer newer",
    ]);
    expect(() =>
      loadCredentials({ kubeconfig: kubeconfig({}, { "proxy-url": "http://proxy:3128" }) }),
    ).toThrow(/proxy-url/);
    expect(() => loadCredentials({ kubeconfig: path, context: "nope" })).toThrow(
      /context "nope" names no cluster/,
    );
  });

  it("connects over plain HTTP where a test server asks for nothing else", async () => {
    const plain = await RudeServer.start();
    plain.use((_request, response) => reply(response, 200, {}));
    const client = connect(plain, { clock });
    expect((await client.transport.text(read)).ok).toBe(true);
    await client.transport.close();
    await plain.stop();
  });
});
