import { execFile } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult } from "../../src/api/verification.ts";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "../lab/kinds.ts";
import { ROOT } from "../lab/objects.ts";
import { CHECKS, SHOP, writePlan } from "../lab/shop.ts";
import { World } from "./world.ts";

const run = promisify(execFile);
const KEY = randomBytes(24).toString("hex");

let world: World;
let me: string;
let audit: Server;
/** What the other system answers; requests that it can't verify get 401. */
let verdict: object = { verdict: "pending", message: "two of three" };
const ids = new Set<string>();

function startAudit(host: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    const id = String(request.headers["webhook-id"]);
    const signed = `${id}.${request.headers["webhook-timestamp"]}.${body}`;
    const wanted = `v1,${createHmac("sha256", KEY).update(signed).digest("base64")}`;
    ids.add(id);
    response.writeHead(request.headers["webhook-signature"] === wanted ? 200 : 401);
    response.end(JSON.stringify(verdict));
  });
  return new Promise((resolve) => server.listen(0, host, () => resolve(server)));
}

beforeAll(async () => {
  world = await World.open("e2e-answers");
  me = await world.objects.whoAmI();
  audit = await startAudit(world.cluster.hostAddress);
  const { namespace } = world.shop;
  await world.objects.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "audit", namespace, labels: { "bascule.dev/credentials-for": "webhooks" } },
    stringData: { key: KEY },
  });
  const url = `http://${world.cluster.hostAddress}:${(audit.address() as AddressInfo).port}/`;
  await writePlan(world.objects, world.shop, {
    strategy: { direct: {} },
    timing: { step: "3m" },
    verification: [
      ...CHECKS,
      { name: "invoice", manual: { question: "Does the invoice look right?", users: [me] } },
      { name: "audit", webhook: { url, secretRef: { name: "audit" }, interval: "500ms" } },
    ],
  });
});
afterAll(async () => {
  audit?.close();
  await world?.close();
});

/** The result of a check of a release's verification before traffic. */
async function resultOf(release: string, check: string): Promise<CheckResult | undefined> {
  const all = await world.objects.list(
    KIND.verification,
    world.shop.namespace,
    `bascule.dev/release=${release}`,
  );
  const results = all.flatMap(({ status }) => (status?.results ?? []) as CheckResult[]);
  return results.find(({ name }) => name === check);
}
async function whenResult(release: string, check: string, reason: string): Promise<CheckResult> {
  let last: CheckResult | undefined;
  const there = async (): Promise<boolean> => {
    last = await resultOf(release, check);
    return last?.reason === reason;
  };
  const explain = (): string => JSON.stringify(last);
  const wait = { deadline: minutes(2), every: seconds(0.3), explain };
  await waitUntil(`${check} of ${release} is ${reason}`, there, wait);
  if (last === undefined) throw new Error("unreachable");
  return last;
}
const answer = (release: string, verdictOption: string, reason: string) =>
  run(
    process.execPath,
    [
      ...[join(ROOT, "src/cli/main.ts"), "answer", release, "invoice", verdictOption, "--reason", reason],
      ...["--kubeconfig", world.cluster.kubeconfig, "-n", world.shop.namespace],
    ],
    { cwd: ROOT, timeout: 60_000 },
  );

test("a release waits for a person and for another system, and goes on when both have said yes", async () => {
  await world.releases.create(SHOP, "shop-yes", "v1", "localhost/shop:v1");
  await whenResult("shop-yes", "invoice", "AwaitsAnswer");
  await whenResult("shop-yes", "audit", "WebhookPending");
  const { stdout } = await answer("shop-yes", "--pass", "compared three of them");
  expect(stdout).toContain("invoice answered with pass");
  const person = await whenResult("shop-yes", "invoice", "AnsweredPass");
  expect(person).toMatchObject({
    verdict: "passed",
    validator: me,
    message: `${me}: compared three of them`,
  });
  expect((await world.releases.get("shop-yes")).status.phase).toBe("Preparing");
  verdict = { verdict: "passed", sampleSize: 3, evidence: { checked: ["DE", "FR", "IT"] } };
  const system = await whenResult("shop-yes", "audit", "WebhookPassed");
  expect(system).toMatchObject({ verdict: "passed", sampleSize: 3, evidence: expect.stringContaining("FR") });
  expect(ids.size).toBe(1);
  await world.releases.whenPhase("shop-yes", "Completed");
});

test("a person's no ends a release before any traffic, under that person's name", async () => {
  await world.releases.create(SHOP, "shop-no", "v2", "localhost/shop:v2");
  await whenResult("shop-no", "invoice", "AwaitsAnswer");
  await answer("shop-no", "--fail", "the total is wrong");
  const { status } = await world.releases.whenPhase("shop-no", "Failed");
  expect(status.message).toContain(`${me}: the total is wrong`);
  expect(await resultOf("shop-no", "invoice")).toMatchObject({ verdict: "failed", validator: me });
  expect(world.breaches()).toEqual([]);
});
