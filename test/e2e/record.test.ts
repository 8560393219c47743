import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, typeOf } from "../lab/kinds.ts";
import { SHOP, STOREFRONT, writePlan } from "../lab/shop.ts";
import { CommandLine } from "../support/command-line.ts";
import { readXml } from "../support/read-xml.ts";
import { World } from "./world.ts";

let world: World;
let program: CommandLine;
let folder: string;
beforeAll(async () => {
  world = await World.open("e2e-record");
  const { namespace } = world.shop;
  program = new CommandLine({ namespace, kubeconfig: world.cluster.kubeconfig });
  folder = await mkdtemp(join(tmpdir(), "bascule-record-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await world?.close();
});

const QUICK = { interval: "250ms", successes: 2, failures: 2, timeout: "2s" };
const HEALTH = { name: "health", http: { path: "/healthz", ...QUICK } };
/** The shop answers 200 there: this finding is certain. */
const TEAPOT = { name: "teapot", http: { path: "/healthz", expect: { status: [418] }, ...QUICK } };

test("a release with a minor finding completes, and its record says so in both languages", async () => {
  const verification = [HEALTH, { ...TEAPOT, severity: "minor", when: ["beforeTraffic"] }];
  await writePlan(world.objects, world.shop, { strategy: { direct: {} }, verification });
  await world.releases.create(SHOP, "shop-minor", "v1", "localhost/shop:v1");
  const { status } = await world.releases.whenPhase("shop-minor", "Completed");
  expect(status.reservations).toEqual([expect.stringMatching(/^teapot \(minor\) is failed: .*418/)]);
  const record = (...more: readonly string[]) => program.run("record", "shop-minor", ...more);
  const english = await record();
  expect(english).toMatchObject({ exit: 0, err: "" });
  expect(english.out).toContain("**Decision: Admission with reservations**");
  const french = await record("--lang", "fr");
  expect(french.out).toContain("**Décision : Admission avec réserves**");
  expect((await record("--format", "all", "--output", folder)).exit).toBe(0);
  const { report } = JSON.parse(await readFile(join(folder, "shop-minor-vsr.en.json"), "utf8"));
  expect(report.decision).toMatchObject({
    kind: "reservations",
    reasons: ["Reservations"],
    tests: ["verify/teapot"],
  });
  expect(report.seal).toMatchObject({
    journalWhole: true,
    validators: [expect.stringMatching(/^bascule-controller /)],
  });
  const tests = report.sections.flatMap((section: AnyObject) => section.tests);
  for (const t of tests) {
    expect(t).toMatchObject({
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
      looks: expect.any(Number),
    });
    expect(t.validator).toMatch(/^bascule-controller /);
  }
  const candidate = report.sections.find((section: AnyObject) => section.step === "verify");
  expect(candidate.verification).toMatchObject({
    version: "v1",
    packageDigest: report.release.packageDigest,
  });
});

test("checks run without a release: verify tells the verdict by its exit code and in JUnit", async () => {
  const checks = JSON.stringify([HEALTH, { ...TEAPOT, severity: "minor" }]);
  const junit = join(folder, "vsr.xml");
  const start = (...more: readonly string[]) => {
    const started = program.start("verify", "-f", "-", "--service", STOREFRONT, "--timeout", "60s", ...more);
    started.child.stdin?.end(checks);
    return started.ran;
  };
  const reserved = await start("--junit", junit);
  expect(reserved.exit, reserved.err).toBe(0);
  expect(reserved.out).toMatch(/is Reserved, 1 passed, 1 failed/);
  const [suite] = readXml(await readFile(junit, "utf8")).children;
  expect(suite?.attributes).toMatchObject({ tests: "2", failures: "0", errors: "0", skipped: "1" });
  expect((await start("--strict", "--rm", "-o", "json")).exit).toBe(12);
  const failing = program.start("verify", "-f", "-", "--service", STOREFRONT, "--rm", "-o", "junit");
  failing.child.stdin?.end(JSON.stringify([TEAPOT]));
  const failed = await failing.ran;
  expect(failed.exit).toBe(9);
  expect(readXml(failed.out).children[0]?.attributes.failures).toBe("1");
});

test("a Verification that is just created ends by itself, with every result complete", async () => {
  const { namespace } = world.shop;
  const made = await world.objects.create({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "Verification",
    metadata: { name: "by-hand", namespace },
    spec: { target: { service: STOREFRONT }, checks: [HEALTH, TEAPOT] },
  });
  let seen: AnyObject = made;
  const ended = async (): Promise<boolean> => {
    seen = await world.objects.get(typeOf(made), { name: "by-hand", namespace });
    return seen.status?.finishedAt !== undefined;
  };
  const explain = (): string => JSON.stringify(seen.status);
  await waitUntil("it has ended", ended, { deadline: minutes(1), every: seconds(0.2), explain });
  expect(seen.status.phase).toBe("Failed");
  for (const result of seen.status.results)
    expect(result).toMatchObject({
      finishedAt: expect.any(String),
      validator: expect.stringMatching(/^bascule-controller /),
      threshold: expect.any(String),
    });
});
