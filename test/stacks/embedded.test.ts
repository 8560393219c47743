/** State in Secrets with the real CLI: across controllers, kills, damage and loss. */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds, minutes } from "../../src/base/duration.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { readCheckpoint } from "../../src/stacks/state/checkpoint.ts";
import { StateAdmin } from "../../src/stacks/state/state-admin.ts";
import { ANNOTATION, headName } from "../../src/stacks/state/state-head.ts";
import { systemClock } from "../../src/telemetry/system-clock.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type Bench, openBench, type SlotChoice, settle, slotRequest } from "./harness.ts";

let bench: Bench;
let runner: StackRunner;
const programFolders = [join(import.meta.dirname, "programs")];
const homes: string[] = [];

beforeAll(async () => {
  bench = await openBench();
  runner = bench.runner({ programFolders });
});
afterAll(async () => {
  await bench?.close();
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

const pathsAt = (home: string) => ({
  pulumi: join(bench.home, "bin", "pulumi"),
  providerFolder: dirname(bench.cluster.programs.pulumiKubernetes),
  home,
  passphraseFile: join(bench.home, "passphrase"),
});
/** A controller on another machine: it has the passphrase and nothing else of the first. */
function elsewhere(): { readonly home: string; readonly runner: StackRunner } {
  const home = mkdtempSync(join(tmpdir(), "bascule-elsewhere-"));
  homes.push(home);
  return { home, runner: bench.runner({ programFolders, paths: pathsAt(home) }) };
}
/** Asked seldom enough to leave the machine to the CLI. */
const whenTrue = (what: string, condition: () => Promise<boolean> | boolean): Promise<void> =>
  waitUntil(what, condition, { deadline: minutes(2), every: milliseconds(100) });
const stackOf = (slot: string): string => `${bench.namespace}.shop.${slot}`;
const calls = (): readonly string[] => bench.calls().map((call) => call.split(" ")[0] ?? "");
async function stateOf(slot: string) {
  const bytes = await bench.states.read(stackOf(slot));
  const read = bytes && readCheckpoint(bytes);
  return read?.ok ? read.value.checkpoint.latest : undefined;
}
async function headOf(slot: string) {
  const secret = await bench.get("secret", headName(stackOf(slot)));
  return secret && JSON.parse(secret.metadata.annotations[ANNOTATION]);
}
const uidsOfBlue = (): Promise<string> =>
  bench.kubectl(
    "get",
    "pods,deployment,secret",
    "--selector=bascule.dev/plan=shop,bascule.dev/slot=blue",
    "--output=jsonpath={.items[*].metadata.uid}",
  );
const sealed = (choice: SlotChoice = {}) =>
  slotRequest(bench.namespace, { program: "sealed", values: { text: SEED }, ...choice });
const SEED = `seed-${randomBytes(12).toString("hex")}`;

test("another controller goes on where the first one stopped, with one process", async () => {
  expect(await settle(runner, sealed())).toMatchObject({ state: "succeeded", changes: { created: 2 } });
  expect(await headOf("blue")).not.toHaveProperty("operation");
  calls();
  const other = elsewhere();
  const next = sealed({ image: "localhost/shop:v2", release: "shop-2" });
  expect(await settle(other.runner, next)).toMatchObject({ changes: { created: 0, updated: 2 } });
  expect(calls()).toEqual(["up"]);
  expect(await settle(runner, sealed({ image: "localhost/shop:v2", release: "shop-2" }))).toMatchObject({
    changes: { created: 0, updated: 0, same: 2 },
  });
});

test("a secret is readable in the object that is meant to hold it, and nowhere else", async () => {
  const { items } = JSON.parse(await bench.kubectl("get", "secrets,configmaps,leases,events", "-o", "json"));
  const encodings = [SEED, Buffer.from(SEED).toString("base64")];
  const holders = items
    .filter((item: { data?: Record<string, string> }) => {
      const stored = Object.values(item.data ?? {}).map((text) => expanded(Buffer.from(text, "base64")));
      return encodings.some((code) => `${JSON.stringify(item)}${stored.join("\n")}`.includes(code));
    })
    .map((item: { kind: string; metadata: { name: string } }) => `${item.kind} ${item.metadata.name}`);
  expect(holders).toEqual(["Secret shop-blue"]);
  const texts = readdirSync(bench.home, { recursive: true, encoding: "utf8" })
    .map((file) => join(bench.home, file))
    .filter((file) => statSync(file).isFile() && !file.includes("/pulumi/plugins/"))
    .map((file) => ({ file, text: readFileSync(file, "latin1") }));
  expect(texts.some(({ text }) => text.includes("urn:pulumi:"))).toBe(true);
  for (const { file, text } of texts)
    for (const code of encodings) expect(text.includes(code), file).toBe(false);
});

const expanded = (bytes: Buffer): string => {
  try {
    return gunzipSync(bytes).toString();
  } catch {
    return bytes.toString("latin1");
  }
};

const many = (release = "shop-1") =>
  slotRequest(bench.namespace, { program: "many", values: {}, slot: "green", release });

test("a controller killed in the middle of an apply leaves what another one needs to go on", async () => {
  const dying = elsewhere();
  const child = fork(join(import.meta.dirname, "controller-process.ts"), [], {
    execArgv: [],
    stdio: "inherit",
  });
  child.send({
    request: many(),
    paths: pathsAt(dying.home),
    programFolders,
    kubeconfig: bench.cluster.kubeconfig,
    namespace: bench.namespace,
  });
  // Stored while the CLI still runs: the kill loses the rest.
  await whenTrue("some of it is stored", async () => ((await stateOf("green"))?.resources ?? []).length > 8);
  child.kill("SIGKILL");
  const stored = (await stateOf("green"))?.resources?.length ?? 0;
  expect(stored).toBeLessThan(81);
  expect((await headOf("green")).operation).toContain("to-be-killed");
  await whenTrue("CLI and provider are gone", () => processesAt(dying.home) === 0);
  calls();
  expect(await settle(elsewhere().runner, many())).toMatchObject({ state: "succeeded" });
  expect(calls()).toEqual(["refresh", "up"]);
  const after = await stateOf("green");
  expect(after?.pending_operations ?? []).toEqual([]);
  const made = after?.resources?.filter(({ type }) => type.startsWith("kubernetes:")) ?? [];
  // A Deployment and its ConfigMaps, each once.
  expect(new Set(made.map(({ urn }) => urn)).size).toBe(81);
  expect(made).toHaveLength(81);
  expect(await headOf("green")).not.toHaveProperty("operation");
  const names = await bench.kubectl("get", "configmap", "-l", "bascule.dev/slot=green", "-o", "name");
  expect(names.trim().split("\n")).toHaveLength(80);
});

const processesAt = (home: string): number =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(home);
      } catch {
        return false;
      }
    }).length;

test("an operation whose state another one took ends, and does not write over it", async () => {
  const applying = settle(runner, many("shop-2"));
  await whenTrue("it has the state", async () => (await headOf("green")).operation !== undefined);
  const thief = await bench.states.open(stackOf("green"));
  expect(await applying).toMatchObject({ state: "failed", class: "locked", retry: "soon" });
  expect((await headOf("green")).operation).toContain("test/");
  await thief.end({ checkpoint: thief.checkpoint, clean: false });
  expect(await settle(runner, many("shop-2"))).toMatchObject({ state: "succeeded" });
});

test("a damaged state is refused with a remedy, and nothing is touched", async () => {
  const name = headName(stackOf("blue"));
  const before = await bench.get("deployment", "shop-blue");
  await bench.kubectl(
    "patch",
    "secret",
    name,
    "--type=merge",
    "-p",
    '{"data":{"checkpoint.json.gz":"anVuaw=="}}',
  );
  const outcome = await settle(runner, sealed({ release: "shop-3" }));
  expect(outcome).toMatchObject({ state: "failed", class: "invalid", retry: "never" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/is damaged .*bascule stacks adopt/);
  expect((await bench.get("deployment", "shop-blue")).metadata).toEqual(before.metadata);
});

test("without a state the next apply takes all over as it is, and removes what the program makes no more", async () => {
  const same = { image: "localhost/shop:v2", release: "shop-2" };
  await bench.kubectl("delete", "secret", headName(stackOf("blue")));
  expect(
    await settle(runner, sealed({ ...same, values: { text: SEED, more: ["shop-extra"] } })),
  ).toMatchObject({
    state: "succeeded",
  });
  const before = await uidsOfBlue();
  await bench.kubectl("delete", "secret", headName(stackOf("blue")));
  expect(await settle(runner, sealed(same))).toMatchObject({ state: "succeeded", changes: { created: 2 } });
  expect(await uidsOfBlue()).toBe(before);
  expect(await bench.get("configmap", "shop-extra")).toBeUndefined();
});

test("with another passphrase a state is refused with a remedy, and set aside it is made anew with pods as they are", async () => {
  const { home } = elsewhere();
  const passphraseFile = join(home, "passphrase");
  writeFileSync(passphraseFile, "another one");
  const changed = bench.runner({ programFolders, paths: { ...pathsAt(home), passphraseFile } });
  const same = () => sealed({ image: "localhost/shop:v2", release: "shop-2" });
  const before = await uidsOfBlue();
  const refused = await settle(changed, same());
  expect(refused).toMatchObject({ state: "failed", class: "invalid", retry: "never" });
  expect(refused.state === "failed" && refused.message).toMatch(/another passphrase.*bascule stacks adopt/);
  expect(await uidsOfBlue()).toBe(before);

  const admin = new StateAdmin({
    client: bench.client,
    namespace: bench.namespace,
    now: systemClock.now,
    underLease: (_, work) => work(),
  });
  await admin.adopt(stackOf("blue"), { by: "ada", reason: "new passphrase" });
  expect(await settle(changed, same())).toMatchObject({ state: "succeeded", changes: { created: 2 } });
  expect(await settle(changed, same())).toMatchObject({
    state: "succeeded",
    changes: { created: 0, same: 2 },
  });
  expect(await uidsOfBlue()).toBe(before);
  expect(await settle(runner, same())).toMatchObject({ state: "failed", class: "invalid" });
  await admin.adopt(stackOf("blue"), { by: "ada", reason: "the old one again" });
});

test("a destroy takes the state with it", async () => {
  expect(await settle(runner, sealed({ operation: "destroy" }))).toMatchObject({ state: "succeeded" });
  expect(await headOf("blue")).toBeUndefined();
});
