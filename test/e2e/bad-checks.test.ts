/** What can be wrong with a check, and how badly the other side can answer: each ends with a reason of its own. */
import { mkdtempSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type Server } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult } from "../../src/api/verification.ts";
import { minutes, seconds } from "../../src/base/duration.ts";
import { mebibytes, readFigures } from "../bench/support/process-figures.ts";
import { type Cluster, clusterUp, readClusterName } from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { ControllerProcess } from "../lab/controller.ts";
import { addTenant, install } from "../lab/install.ts";
import { KIND } from "../lab/kinds.ts";
import { Objects } from "../lab/objects.ts";
import { verifyAlone } from "../lab/verify-alone.ts";
import { drip, flood, RudeServer, reply } from "../support/rude-server.ts";
import { testCertificate } from "../support/test-certificate.ts";

const NAMESPACE = "e2e-bad-checks";
/** A Service that nobody is behind. */
const TARGET = "nobody";
const METADATA = "http://169.254.169.254/latest/meta-data/";
/** From when it is made until it has expired: long enough for a good look before. */
const SHORT_LIFE = seconds(20);
/** MiB that the controller may win while answers without an end come in. */
const MOST_MEMORY = 150;

let cluster: Cluster;
let objects: Objects;
let controller: ControllerProcess;
let rude: RudeServer;
/** MiB of the controller before the first check. */
let atStart: number;
beforeAll(async () => {
  const name = readClusterName(process.env.BASCULE_CLUSTER ?? "test");
  cluster = await clusterUp({ name, keep: true, progress: createProgress(process.stderr) });
  objects = new Objects(cluster);
  controller = new ControllerProcess({ cluster, home: mkdtempSync(join(tmpdir(), "bascule-e2e-")) });
  await install(objects);
  await objects.remove(KIND.namespace, { name: NAMESPACE });
  await addTenant(objects, NAMESPACE);
  await objects.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "audit", namespace: NAMESPACE, labels: { "bascule.dev/credentials-for": "webhooks" } },
    stringData: { key: "k".repeat(32) },
  });
  await objects.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: TARGET, namespace: NAMESPACE },
    spec: { ports: [{ port: 80 }] },
  });
  rude = await RudeServer.start(undefined, 0, cluster.hostAddress);
  rude.use(({ path }, response) => answerBadly(path, response));
  await controller.start();
  atStart = await memoryMiB();
});
afterAll(async () => {
  await rude?.stop();
  await objects?.askToRemove(KIND.namespace, { name: NAMESPACE });
  await controller?.stop();
  controller?.clean();
  await objects?.close();
});

async function memoryMiB(): Promise<number> {
  return mebibytes((await readFigures(controller)).sum("process_resident_memory_bytes"));
}

function answerBadly(path: string, response: ServerResponse): "done" | undefined {
  switch (path) {
    case "/away":
      return reply(response, 302, "", { location: METADATA });
    case "/json":
      return reply(response, 200, { status: "UP" });
    case "/drip":
      return drip(response);
    case "/endless":
      return flood(response);
    case "/liar":
      response.writeHead(200, { "content-type": "application/json", "content-length": "4096" });
      response.end('{"verdict": "passed"}');
      return "done";
    default:
      return undefined;
  }
}

interface BadCheck {
  readonly name: string;
  readonly check: () => Readonly<Record<string, unknown>>;
  readonly verdict: "error" | "failed";
  readonly reason: string;
  /** What the message tells. */
  readonly says: RegExp;
}

const at = (path: string): string => `${rude.url}${path}`;
const short = { interval: "500ms", timeout: "2s" } as const;

const BAD: readonly BadCheck[] = [
  {
    name: "metadata",
    check: () => ({ http: { url: METADATA, ...short } }),
    ...{ verdict: "error", reason: "ForbiddenAddress", says: /169\.254\.169\.254/ },
  },
  {
    name: "api-server",
    check: () => ({ http: { url: `${cluster.apiServer}/version`, ...short } }),
    ...{ verdict: "error", reason: "ForbiddenAddress", says: /API server/ },
  },
  {
    name: "loopback",
    check: () => ({ tcp: { host: "::ffff:127.0.0.1", port: 22, ...short } }),
    ...{ verdict: "error", reason: "ForbiddenAddress", says: /127\.0\.0\.1/ },
  },
  {
    name: "redirect",
    check: () => ({ http: { url: at("/away"), ...short } }),
    ...{ verdict: "failed", reason: "WrongStatus", says: /302/ },
  },
  {
    name: "no-match",
    check: () => ({
      http: { url: at("/json"), expect: { json: [{ path: "$.state", equals: "UP" }] }, ...short },
    }),
    ...{ verdict: "failed", reason: "JsonPathNoMatch", says: /\$\.state/ },
  },
  {
    name: "slow-drip",
    check: () => ({ http: { url: at("/drip"), expect: { body: "done" }, ...short } }),
    ...{ verdict: "failed", reason: "Timeout", says: /2s/ },
  },
  {
    name: "endless",
    check: () => ({ http: { url: at("/endless"), expect: { body: "done" }, ...short } }),
    ...{ verdict: "failed", reason: "BodyTooLarge", says: /./ },
  },
  {
    name: "bad-query",
    check: () => ({ prometheus: { query: { expr: "sum(rate(", max: 1 }, interval: "500ms" } }),
    ...{ verdict: "error", reason: "QueryFailed", says: /parse error/ },
  },
  {
    name: "lying-webhook",
    check: () => ({
      webhook: { url: at("/liar"), secretRef: { name: "audit" }, interval: "500ms", timeout: "2s" },
    }),
    ...{ verdict: "error", reason: "WrongLength", says: /4096 bytes/ },
  },
  {
    name: "endless-job",
    check: () => ({ job: { image: "localhost/busybox:1", command: ["sleep", "3600"], timeout: "3s" } }),
    ...{ verdict: "failed", reason: "JobFailed", says: /longer than its timeout/ },
  },
];

/** Verifies one check alone. */
async function judge(name: string, check: Readonly<Record<string, unknown>>): Promise<CheckResult> {
  const spec = { target: { service: TARGET }, window: "2s", deadline: "15s", checks: [{ name, ...check }] };
  const [result] = await verifyAlone(objects, { name, namespace: NAMESPACE }, spec, minutes(1.5));
  if (result === undefined) throw new Error(`${name} has no result`);
  return result;
}

test.concurrent.for(BAD)("$name ends with $reason", async ({ name, check, verdict, reason, says }) => {
  expect(await judge(name, check())).toMatchObject({
    verdict,
    reason,
    message: expect.stringMatching(says),
    finishedAt: expect.any(String),
  });
});

test.concurrent("a certificate that expires while it is looked at ends with CertificateExpired", async () => {
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + SHORT_LIFE) };
  const certificate = testCertificate("localhost", validity);
  const server: Server = createTlsServer(certificate, (socket) => socket.on("error", () => {}).resume());
  server.on("tlsClientError", () => {});
  try {
    await new Promise<void>((resolve) => server.listen(0, cluster.hostAddress, resolve));
    const { port } = server.address() as AddressInfo;
    const address = { host: cluster.hostAddress, port, serverName: "localhost", ca: certificate.cert };
    const tls = { ...address, validFor: "1s", interval: "500ms" };
    const result = await judge("short-lived", { window: "40s", deadline: "1m", tls });
    expect(result.verdict).toBe("failed");
    expect(JSON.stringify(result.memory)).toContain("Answered");
    expect(result.reason).toMatch(/^Certificate(Expired|ExpiresSoon)$/);
  } finally {
    server.close();
  }
});

test("nobody was asked where redirects led, and memory stayed bounded", async () => {
  expect(rude.count("/away")).toBeGreaterThan(0);
  expect((await memoryMiB()) - atStart).toBeLessThan(MOST_MEMORY);
});

test("a kind of check that does not exist is refused when it is written", async () => {
  const telepathy = judge("unknown-kind", { telepathy: { about: "shop" } });
  await expect(telepathy).rejects.toThrow(/telepathy|exactly one/);
});
