import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import type { Credentials } from "../../../src/kube/credentials.ts";
import type { KubeRequest } from "../../../src/kube/request.ts";
import { Transport } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { type TestCertificate, testCertificate } from "../../support/test-certificate.ts";
import { ApiProxy } from "./api-proxy.ts";

const PODS = "/api/v1/namespaces/team/pods";
const WRITE: KubeRequest = { method: "PUT", path: `${PODS}/a/status`, body: {}, idempotent: false };
const LIST: KubeRequest = { method: "GET", path: PODS, attempts: 1 };
const WATCH: KubeRequest = { method: "GET", path: PODS, query: { watch: "true" } };
const BODY = JSON.stringify({ kind: "PodList", items: ["a", "b", "c"] });
const DATE = "Sun, 01 Mar 2026 10:00:00 GMT";

let certificate: TestCertificate;
let upstream: Server;
let proxy: ApiProxy;
let transport: Transport;
/** Lines of requests as the API server sees them. */
const asked: string[] = [];
/** What its watches say, to whoever asks. */
let say: (line: string) => void = () => {};

beforeAll(async () => {
  certificate = testCertificate();
  upstream = createServer(certificate, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("date", DATE);
    if (request.url?.includes("watch=true") !== true) response.end(BODY);
    else {
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      say = (line) => void response.write(`${line}\n`);
    }
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});
beforeEach(async () => {
  const server = `https://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  proxy = await ApiProxy.start({ server, ca: certificate.cert, certificate });
  const access = { tls: { ca: certificate.cert, verify: true }, headers: { Authorization: "Bearer t" } };
  const credentials: Credentials = { server: proxy.url, namespace: "team", access: async () => access };
  transport = new Transport({ credentials, clock: systemClock, deadline: seconds(10) });
  asked.length = 0;
});
afterEach(async () => {
  await transport.close();
  await proxy.stop();
});

const kindOf = async (request: KubeRequest): Promise<string> => {
  const answer = await transport.json(request);
  return answer.ok ? "ok" : answer.error.kind;
};

/** Lines of a watch, as they come. */
async function watch(): Promise<{ readonly lines: string[]; readonly end: Promise<"closed" | "broken"> }> {
  const before = asked.length;
  const stream = await transport.stream(WATCH);
  if (!stream.ok) throw stream.error;
  await waitUntil("the watch is open", () => asked.length > before, { deadline: seconds(10) });
  const lines: string[] = [];
  const read = async (): Promise<"closed"> => {
    for await (const chunk of stream.value.chunks)
      lines.push(...Buffer.from(chunk).toString().split("\n").filter(Boolean));
    return "closed";
  };
  return { lines, end: read().catch(() => "broken" as const) };
}

test("without a fault everything passes as it is, and writes are on record", async () => {
  expect(await transport.text(LIST)).toEqual({ ok: true, value: BODY });
  expect(await kindOf(WRITE)).toBe("ok");
  expect(asked).toEqual([`GET ${PODS}`, `PUT ${PODS}/a/status`]);
  expect(proxy.writes).toMatchObject([
    { asked: { verb: "update", resource: "pods", subresource: "status", namespace: "team" }, status: 200 },
  ]);
});

test("a refusal never reaches the API server, is counted, and ends when it is lifted", async () => {
  const fault = { kind: "answer", status: 409, reason: "Conflict" } as const;
  const injection = proxy.inject({ match: { verbs: "writes", subresource: "status" }, fault });
  expect(await kindOf(WRITE)).toBe("conflict");
  expect(await kindOf(LIST)).toBe("ok");
  expect(asked).toEqual([`GET ${PODS}`]);
  expect(injection.counts).toEqual({ "409 Conflict": 1 });
  injection.lift();
  expect(await kindOf(WRITE)).toBe("ok");
});

test("a fault of each third write meets each third write", async () => {
  const fault = { kind: "answer", status: 500, reason: "InternalError" } as const;
  proxy.inject({ match: { verbs: "writes", every: 3 }, fault });
  const kinds: string[] = [];
  for (let n = 0; n < 6; n++) kinds.push(await kindOf(WRITE));
  expect(kinds).toEqual(["ok", "ok", "server", "ok", "ok", "server"]);
});

test("a connection that breaks before is a write that did not happen, one that breaks after a write that did", async () => {
  const before = proxy.inject({ fault: { kind: "reset" } });
  expect(await kindOf(WRITE)).toBe("unreachable");
  expect(asked).toEqual([]);
  before.lift();
  const after = proxy.inject({ fault: { kind: "loseAnswer" } });
  expect(await kindOf(WRITE)).toBe("unreachable");
  expect(asked).toEqual([`PUT ${PODS}/a/status`]);
  expect([before.counts, after.counts]).toEqual([{ reset: 1 }, { loseAnswer: 1 }]);
});

test("a body that breaks off is an unreachable server, and one that is cut is malformed", async () => {
  const broken = proxy.inject({ fault: { kind: "truncate", clean: false } });
  expect(await kindOf(LIST)).toBe("unreachable");
  broken.lift();
  proxy.inject({ fault: { kind: "truncate", clean: true } });
  expect(await kindOf(LIST)).toBe("malformed");
});

test("an answer without an end is given up at the deadline", async () => {
  proxy.inject({ fault: { kind: "endless" } });
  expect(await kindOf({ ...WRITE, deadline: milliseconds(500) })).toBe("timeout");
  expect(asked).toHaveLength(1);
});

test("what hangs goes on when the fault is lifted, unless its client has given up", async () => {
  const injection = proxy.inject({ fault: { kind: "hang" } });
  expect(await kindOf({ ...WRITE, deadline: milliseconds(300) })).toBe("timeout");
  const patient = kindOf(LIST);
  await waitUntil("both hang", () => injection.counts.hang === 2, { deadline: seconds(10) });
  expect(asked).toEqual([]);
  injection.lift();
  expect(await patient).toBe("ok");
  expect(asked).toEqual([`GET ${PODS}`]);
});

test("a list can show the past, and the Date another time", async () => {
  proxy.inject(
    { fault: { kind: "stale", resourceVersion: "7" } },
    { fault: { kind: "date", ms: 3_600_000 } },
  );
  expect(await kindOf(LIST)).toBe("ok");
  expect(asked).toEqual([`GET ${PODS}?resourceVersion=7&resourceVersionMatch=Exact`]);
  expect(transport.serverClock.now()).toBeGreaterThanOrEqual(Date.parse(DATE) + 3_600_000);
});

test("a list that would be streamed can't show the past, and is refused so that it is read in pages", async () => {
  const injection = proxy.inject({ fault: { kind: "stale", resourceVersion: "7" } });
  const streamed = { ...WATCH, query: { watch: "true", sendInitialEvents: "true" } };
  expect(await kindOf(streamed)).toBe("invalid");
  expect(asked).toEqual([]);
  expect(await kindOf(LIST)).toBe("ok");
  expect(injection.counts).toEqual({ stale: 1 });
});

test("an open watch is held and goes on, with all that it was told meanwhile", async () => {
  const { lines } = await watch();
  say('{"n":1}');
  await waitUntil("it speaks", () => lines.length === 1, { deadline: seconds(10) });
  const injection = proxy.inject({ fault: { kind: "hang" } });
  say('{"n":2}');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(lines).toHaveLength(1);
  injection.lift();
  await waitUntil("it goes on", () => lines.length === 2, { deadline: seconds(10) });
});

test("an open watch goes deaf for good, and a new one hears", async () => {
  const old = await watch();
  const sayOld = say;
  const injection = proxy.inject({ fault: { kind: "deafWatch" } });
  const young = await watch();
  injection.lift();
  sayOld('{"n":1}');
  say('{"n":2}');
  await waitUntil("the new one hears", () => young.lines.length === 1, { deadline: seconds(10) });
  expect(old.lines).toEqual([]);
  expect(injection.counts).toEqual({ deafWatch: 1 });
});

test("bookmarks are dropped, and a watch is told that it is too old, or ended", async () => {
  const first = await watch();
  proxy.inject({ fault: { kind: "dropBookmarks" } });
  say('{"type":"BOOKMARK","object":{}}');
  say('{"type":"ADDED","object":{}}');
  await waitUntil("an event comes", () => first.lines.length > 0, { deadline: seconds(10) });
  expect(first.lines).toEqual(['{"type":"ADDED","object":{}}']);
  const gone = proxy.inject({ fault: { kind: "goneWatch" } });
  expect(await first.end).toBe("closed");
  expect(first.lines.at(-1)).toContain('"code":410');
  gone.lift();
  const second = await watch();
  proxy.inject({ fault: { kind: "closeWatch", after: 1 } });
  expect(await second.end).toBe("closed");
});
