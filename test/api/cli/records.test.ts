import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Verification, VerificationStatus } from "../../../src/api/verification.ts";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { RELEASES, VERIFICATIONS } from "../../../src/cli/resource-types.ts";
import { CommandLine, type Ran } from "../../support/command-line.ts";
import { readXml } from "../../support/read-xml.ts";
import { until } from "../../support/until.ts";
import { aRelease, aResult, withResult } from "../../support/vsr-record.ts";
import { accepted } from "../crd/people.ts";
import { setUp } from "../crd/setup.ts";

/** `record` and `verify` as processes against a real API server; the test is the controller. */
const { people, cluster } = setUp();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bascule-records-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Started = ReturnType<CommandLine["start"]>;

function start(args: readonly string[], input = ""): Started {
  const started = new CommandLine({ namespace: cluster.namespace }).start(...args);
  started.child.stdin?.end(input);
  return started;
}
const bascule = (args: readonly string[], input?: string): Promise<Ran> => start(args, input).ran;

const setStatus = async (name: string, status: VerificationStatus): Promise<void> => {
  const ref = { name, namespace: cluster.namespace };
  const options = { subresource: "status", fieldValidation: "Strict" } as const;
  accepted(await people.admin.mergePatch(VERIFICATIONS, ref, { status }, options));
};

/** Stores a release and its Verifications with their statuses, as a controller leaves them. */
async function store(verifications: readonly Verification[]): Promise<void> {
  const { namespace } = cluster;
  const { status, spec, ...release } = aRelease();
  const { name } = release.metadata;
  const made = accepted(
    await people.admin.create(RELEASES, { ...release, spec, metadata: { name, namespace } }),
  );
  // What the fixture leaves out of a frozen release, the API server asks for.
  const { frozen: _, ...rest } = status ?? { observedGeneration: 1 };
  const write = { resourceVersion: made.metadata.resourceVersion ?? "", status: rest };
  accepted(await people.admin.replaceStatus(RELEASES, { name, namespace }, write));
  for (const v of verifications) {
    const owner = v.metadata.ownerReferences?.map((o) => ({ ...o, uid: made.metadata.uid ?? "" })) ?? [];
    const metadata = {
      name: v.metadata.name,
      namespace,
      labels: v.metadata.labels ?? {},
      ownerReferences: owner,
    };
    accepted(await people.admin.create(VERIFICATIONS, { ...v, metadata }));
    await setStatus(v.metadata.name, v.status ?? { observedGeneration: 1 });
  }
}

it("record writes what the API server holds, in every form, and does not take a namesake's results", async () => {
  await store(withResult("verify", "style", { verdict: "failed", message: "status 404" }));
  const output = join(folder, "vsr");
  const args = ["record", "shop-1-4-0", "--format", "all", "--output", output];
  for (const language of ["fr", "en"]) {
    const ran = await bascule([...args, "--lang", language]);
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    expect(ran.out.trim().split("\n")).toHaveLength(3);
  }
  const json = JSON.parse(await readFile(join(output, "shop-1-4-0-vsr.fr.json"), "utf8"));
  expect(json.report.seal).toMatchObject({ journalWhole: true, journalCount: 4 });
  expect(json.report.counts).toMatchObject({ passed: 6, failed: 1 });
  expect(await readFile(join(output, "shop-1-4-0-vsr.fr.md"), "utf8")).toContain("Admission avec réserves");
  expect(await readFile(join(output, "shop-1-4-0-vsr.en.html"), "utf8")).toContain("status 404");
});

const CHECKS =
  "- {name: health, http: {path: /healthz}}\n- {name: style, http: {path: /style.css}, severity: minor}\n";
const status = (phase: VerificationStatus["phase"], names: readonly string[]): VerificationStatus => ({
  observedGeneration: 1,
  ...(phase === undefined ? {} : { phase }),
  startedAt: "2026-05-01T10:00:00.000Z",
  finishedAt: "2026-05-01T10:00:40.000Z",
  results: names.map((name) =>
    aResult(name, 1, name === "style" ? { verdict: "failed", message: "status 404" } : {}),
  ),
});
/** The Verification that a running command has made; it says its name. */
async function madeBy(started: Started): Promise<string> {
  const name = (): string | undefined => /verification (verify-\S+) created/.exec(started.out())?.[1];
  await until("it is created", () => name() !== undefined);
  return name() as string;
}

it("verify creates, waits, and ends with the code of the verdict and valid JUnit", async () => {
  const junit = join(folder, "out", "vsr.xml");
  const started = start(["verify", "-f", "-", "--service", "shop", "--junit", junit], CHECKS);
  const name = await madeBy(started);
  const made = accepted(await people.admin.get(VERIFICATIONS, { name, namespace: cluster.namespace }));
  expect(made.spec).toMatchObject({ target: { service: "shop" }, deadline: "15m" });
  await setStatus(name, status("Reserved", ["health", "style"]));
  const ran = await started.ran;
  expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
  expect(ran.out).toContain(`verification ${name} is Reserved, 1 passed, 1 failed`);
  const [suite] = readXml(await readFile(junit, "utf8")).children;
  expect(suite?.attributes).toMatchObject({ tests: "2", failures: "0", errors: "0", skipped: "1" });
});

it("verify tells in one line what the API server refuses, with the field", async () => {
  const file = join(folder, "wrong.yaml");
  await writeFile(file, "target: {service: shop}\nchecks: [{name: a, http: {pth: /x}}]\n");
  const unknown = await bascule(["verify", "-f", file]);
  expect(unknown).toMatchObject({ exit: EXIT.error, out: "" });
  expect(unknown.err).toContain("pth");
  const two = await bascule(
    ["verify", "-f", "-", "--service", "shop"],
    "- {name: a, http: {}, job: {image: b}}\n",
  );
  expect(two.err).toContain("check: give exactly one of");
  expect(two.err.trim().split("\n")).toHaveLength(1);
});

it("verify --rm removes what it made, also when it is interrupted", async () => {
  const started = start(["verify", "-f", "-", "--service", "shop", "--rm"], CHECKS);
  const name = await madeBy(started);
  started.child.kill("SIGINT");
  expect((await started.ran).exit).toBe(EXIT.interrupted);
  const answer = await people.admin.get(VERIFICATIONS, { name, namespace: cluster.namespace });
  expect(answer.ok ? "there" : answer.error.kind).toBe("notFound");
});

it("verify without --rm leaves it, and says how to look", async () => {
  const ran = await bascule(
    ["verify", "-f", "-", "--service", "shop", "--timeout", "1s", "-o", "json"],
    CHECKS,
  );
  expect(ran.exit).toBe(EXIT.timeout);
  expect(JSON.parse(ran.out)).toMatchObject({ kind: "Verification" });
  const [, name = ""] = /kubectl get verification (\S+) -n/.exec(ran.err) ?? [];
  accepted(await people.admin.get(VERIFICATIONS, { name, namespace: cluster.namespace }));
});
