/** What happens when something dies, is stopped or is lost in the middle of an apply. */
import { type ChildProcess, fork } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds, seconds } from "../../src/base/duration.ts";
import type { AcquireLease } from "../../src/stacks/lease.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { checkpointFile, locksOf } from "../support/pulumi-folder.ts";
import { until } from "../support/until.ts";
import { type Bench, openBench, type SlotChoice, settle, slotRequest } from "./harness.ts";

let bench: Bench;
let runner: StackRunner;
const programFolders = [join(import.meta.dirname, "programs")];
const LIMIT = 60_000;

beforeAll(async () => {
  bench = await openBench();
  runner = bench.runner({ programFolders });
});
afterAll(() => bench?.close());

/** An apply that takes seconds; each with a release of its own, so that every object changes. */
let releases = 0;
const many = (choice: SlotChoice = {}) =>
  slotRequest(bench.namespace, {
    program: "many",
    values: {},
    release: `shop-${++releases}`,
    ...choice,
  });

/** Processes of this bench: its home stands in their environment. */
function processes(command: RegExp): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, "utf8").includes(bench.home) &&
          command.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))
        );
      } catch {
        return false;
      }
    });
}
const workers = () => processes(/stacks\/worker/);
const engines = () => processes(/pulumi(-resource-kubernetes)?\0|pulumi-resource-kubernetes/);

const stateFile = () => checkpointFile(bench.home, `${bench.namespace}.shop.blue`);
const locks = (): readonly string[] => locksOf(bench.home);

/** Waits until the engine holds the lock and the provider writes. */
async function inTheMiddle(): Promise<void> {
  await until(
    "the apply is in the middle",
    () => locks().length > 0 && processes(/pulumi-resource-kubernetes/).length > 0,
    LIMIT,
  );
  const state = (): string => (existsSync(stateFile()) ? readFileSync(stateFile(), "utf8") : "");
  const before = state();
  await until("the state is written", () => state() !== before, LIMIT);
}

const finish = async (choice: SlotChoice = {}) => {
  expect(await settle(runner, many(choice))).toMatchObject({ state: "succeeded" });
  expect(locks()).toEqual([]);
  const state = JSON.parse(readFileSync(stateFile(), "utf8"));
  expect(state.checkpoint.latest.pending_operations ?? []).toEqual([]);
  const names = await bench.kubectl("get", "configmap", "-l", "bascule.dev/plan=shop", "-o", "name");
  expect(names.trim().split("\n")).toHaveLength(80);
};

test("a worker killed in the middle takes CLI and provider with it; the next apply goes on", async () => {
  const applying = settle(runner, many());
  await inTheMiddle();
  for (const pid of workers()) process.kill(pid, "SIGKILL");
  expect(await applying).toMatchObject({ state: "failed", class: "bug", retry: "soon" });
  expect(engines()).toEqual([]);
  expect(readdirSync(join(bench.home, "tmp"))).toEqual([]);
  await finish();
});

test("after a killed CLI the next apply looks anew at what stands, and nothing is pending afterwards", async () => {
  const applying = settle(runner, many());
  await inTheMiddle();
  for (const pid of processes(/pulumi\0up/)) process.kill(pid, "SIGKILL");
  expect(await applying).toMatchObject({ state: "failed", class: "bug" });
  expect(locks()).toHaveLength(1);
  bench.calls();
  await finish();
  expect(bench.calls().map((call) => call.split(" ")[0])).toEqual(["refresh", "up"]);
});

test("a cancelled apply ends in order and leaves no lock", async () => {
  const request = many();
  const applying = settle(runner, request);
  await inTheMiddle();
  runner.cancel(request.key);
  expect(await applying).toMatchObject({ state: "failed", class: "cancelled", retry: "never" });
  expect(locks()).toEqual([]);
  expect(engines()).toEqual([]);
  await finish();
});

test("an apply that takes longer than its deadline ends as a timeout", async () => {
  const outcome = await settle(runner, many({ deadline: milliseconds(1_500) }));
  expect(outcome).toMatchObject({ state: "failed", class: "timeout", retry: "soon" });
  expect(engines()).toEqual([]);
  await finish();
});

test("a lost Lease ends worker, CLI and provider at once", async () => {
  const lost = new AbortController();
  const acquireLease: AcquireLease = async () => ({
    get remaining() {
      return lost.signal.aborted ? milliseconds(0) : seconds(10);
    },
    lost: lost.signal,
    release: async () => undefined,
  });
  const losing = bench.runner({ programFolders, acquireLease });
  const applying = settle(losing, many());
  await inTheMiddle();
  lost.abort();
  expect(await applying).toMatchObject({ state: "failed", class: "unreachable", retry: "soon" });
  expect(engines()).toEqual([]);
  await finish();
});

test("a Lease that is not renewed ends the operation although nobody says that it is lost", async () => {
  const started = performance.now();
  const acquireLease: AcquireLease = async () => ({
    get remaining() {
      return milliseconds(Math.max(0, 3_000 - (performance.now() - started)));
    },
    lost: new AbortController().signal,
    release: async () => undefined,
  });
  const frozen = bench.runner({ programFolders, acquireLease });
  expect(await settle(frozen, many())).toMatchObject({
    state: "failed",
    class: "unreachable",
    retry: "soon",
  });
  expect(engines()).toEqual([]);
  await finish();
});

test("worker, CLI and provider end when the controller is killed", async () => {
  const parent: ChildProcess = fork(join(import.meta.dirname, "controller-process.ts"), [], {
    env: { ...process.env, HOME_OF_BENCH: bench.home },
    execArgv: [],
    stdio: "inherit",
  });
  parent.send({
    request: many(),
    paths: {
      pulumi: join(bench.home, "bin", "pulumi"),
      providerFolder: dirname(bench.cluster.programs.pulumiKubernetes),
      home: bench.home,
      passphraseFile: join(bench.home, "passphrase"),
    },
    programFolders,
    kubeconfig: bench.cluster.kubeconfig,
    namespace: bench.namespace,
  });
  await inTheMiddle();
  parent.kill("SIGKILL");
  await until("nothing of it is left", () => engines().length === 0, 5_000);
  await finish();
});

test("two controllers that want the same stack take turns, and never run two CLIs on it", async () => {
  const folder = join(bench.home, "exclusive");
  mkdirSync(folder);
  const cli = join(folder, "pulumi");
  const script = [
    "#!/bin/sh",
    `case "$1" in version) exec '${bench.cluster.programs.pulumi}' "$@";; esac`,
    `mkdir '${folder}/busy' 2>/dev/null || echo overlap >> '${folder}/overlaps'`,
    `echo run >> '${folder}/runs'`,
    `'${bench.cluster.programs.pulumi}' "$@"; code=$?`,
    `rmdir '${folder}/busy'; exit $code`,
  ];
  writeFileSync(cli, script.join("\n"));
  chmodSync(cli, 0o755);
  const paths = {
    pulumi: cli,
    providerFolder: dirname(bench.cluster.programs.pulumiKubernetes),
    home: bench.home,
    passphraseFile: join(bench.home, "passphrase"),
  };
  const [one, two] = [bench.runner({ programFolders, paths }), bench.runner({ programFolders, paths })];
  const small = () => many({ values: { count: 3 }, slot: "green" });
  const outcomes = await Promise.all([one, two, one, two].map((each) => settle(each, small())));
  expect(outcomes.map((outcome) => outcome.state)).toEqual([
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
  ]);
  // Four applies, and what makes the stack in the first one: an up that finds none, and the init.
  expect(readFileSync(join(folder, "runs"), "utf8").trim().split("\n")).toHaveLength(6);
  expect(existsSync(join(folder, "overlaps"))).toBe(false);
});
