/** The part that both slots share, with the real CLI and provider. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import { changeId, type StackRequest } from "../../src/ports/stacks.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { locksOf } from "../support/pulumi-folder.ts";
import { until } from "../support/until.ts";
import { type Bench, type LiveJson, openBench, PLAN, settle, slotRequest } from "./harness.ts";

const SAMPLES = join(import.meta.dirname, "..", "..", "manifests", "samples", "programs");
const OURS = join(import.meta.dirname, "programs");
let bench: Bench;
let runner: StackRunner;
let count = 0;

beforeAll(async () => {
  bench = await openBench();
  runner = bench.runner({ programFolders: [SAMPLES, OURS] });
});
afterAll(() => bench?.close());

interface Choice {
  readonly program?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly operation?: StackRequest["operation"];
  readonly approved?: string;
}

function sharedRequest({ program = "cached", values = {}, operation = "apply", approved }: Choice = {}) {
  const { namespace } = bench;
  return {
    key: `shared-${++count}`,
    stack: `${namespace}.${PLAN}.shared`,
    operation,
    serviceAccount: { namespace, name: "bascule" },
    deadline: minutes(2),
    task: {
      kind: "shared",
      program,
      input: { namespace, plan: PLAN, values },
      ...(approved === undefined ? {} : { approved }),
    },
  } satisfies StackRequest;
}
const apply = (choice: Choice = {}) => settle(runner, sharedRequest(choice));
const cache = () => bench.get("deployment", "shop-cache");
/** Status and its versions come and go. */
const identityOf = ({ metadata }: LiveJson) => [metadata.uid, metadata.generation];
const OUTPUTS = { host: "shop-cache", port: 6379 };

describe("a cache that both slots share", () => {
  test("is made under labels of its own, and tells the slots where it is", async () => {
    expect(await runner.program("cached", {})).toMatchObject({ ok: true, shared: true });
    expect(await runner.program("hello", {})).not.toHaveProperty("shared");
    expect(await apply()).toMatchObject({
      state: "succeeded",
      changes: { created: 2, updated: 0, replaced: 0, deleted: 0 },
      outputs: OUTPUTS,
    });
    const { metadata, spec } = await cache();
    expect(metadata.labels).toMatchObject({ "bascule.dev/plan": "shop", "bascule.dev/slot": "shared" });
    expect(metadata.labels).not.toHaveProperty("bascule.dev/release");
    expect(spec.replicas).toBe(1);
    const managed = JSON.parse(
      await bench.kubectl("get", "deployment", "shop-cache", "-o", "json", "--show-managed-fields"),
    ).metadata.managedFields as { manager: string; operation: string }[];
    expect(managed.filter((m) => m.operation === "Apply").map((m) => m.manager)).toEqual([
      "bascule-stack-shared",
    ]);
  });

  test("is known to a slot, whose stack has nothing to do with it", async () => {
    const request = slotRequest(bench.namespace, { program: "cached", values: {} });
    const { task } = request;
    if (task.kind !== "slot") throw new Error("a slot is asked for");
    const told = { ...request, task: { ...task, input: { ...task.input, shared: OUTPUTS } } };
    expect(await settle(runner, told)).toMatchObject({ changes: { created: 1 } });
    const { spec } = await bench.get("deployment", "shop-blue");
    expect(spec.template.spec.containers[0].env).toEqual([{ name: "CACHE", value: "shop-cache:6379" }]);
  });

  test("is found unchanged in two CLI processes, and nothing is written", async () => {
    const before = await cache();
    bench.calls();
    expect(await apply()).toMatchObject({
      state: "succeeded",
      changes: { created: 0, updated: 0, replaced: 0, deleted: 0, same: 2 },
      outputs: OUTPUTS,
    });
    expect(bench.calls().map((call) => call.split(" ")[0])).toEqual(["preview", "up"]);
    expect(identityOf(await cache())).toEqual(identityOf(before));
  });

  test("gets another size without anybody being asked", async () => {
    const values = { cache: { memory: "96Mi" } };
    expect(await apply({ values })).toMatchObject({ state: "succeeded", changes: { updated: 1, same: 1 } });
    expect((await cache()).spec.template.spec.containers[0].resources.limits.memory).toBe("96Mi");
  });

  test("is not replaced before somebody approves that and nothing else", async () => {
    const values = { cache: { memory: "96Mi", generation: 2 } };
    const before = await cache();
    const first = await apply({ values });
    expect(first.state).toBe("withheld");
    if (first.state !== "withheld") return;
    const { details } = first;
    expect(details.map((d) => `${d.operation} ${d.object}`).sort()).toEqual([
      "replace Deployment shop-cache",
      "update Service shop-cache",
    ]);
    expect(await apply({ values, approved: "0123456789abcdef" })).toMatchObject({ state: "withheld" });
    // The same change, seen anew, has the same name.
    const again = await apply({ values });
    expect(again.state === "withheld" && changeId(again.details)).toBe(changeId(details));
    expect(identityOf(await cache())).toEqual(identityOf(before));
    expect(await apply({ values, approved: changeId(details) })).toMatchObject({
      state: "succeeded",
      changes: { replaced: 1, updated: 1 },
    });
    expect((await cache()).metadata.uid).not.toBe(before.metadata.uid);
  });

  test("that was lost by hand is made again", async () => {
    const values = { cache: { memory: "96Mi", generation: 2 } };
    await bench.kubectl("delete", "deployment", "shop-cache", "--wait=true");
    expect(await apply({ values })).toMatchObject({ state: "succeeded", changes: { created: 1, same: 1 } });
    expect(await cache()).toBeDefined();
  });

  test("shows in a preview what would be lost, and what the slots would be told", async () => {
    const before = await cache();
    const seen = await apply({ operation: "preview", values: { cache: { port: 7000, generation: 3 } } });
    expect(seen).toMatchObject({ state: "succeeded", outputs: { port: 7000 }, changes: { replaced: 1 } });
    expect(identityOf(await cache())).toEqual(identityOf(before));
  });
});

const maps = async (): Promise<readonly string[]> =>
  (await bench.kubectl("get", "configmap", "-l", "bascule.dev/slot=shared", "-o", "name"))
    .trim()
    .split("\n")
    .filter((line) => line !== "");

describe("what a shared part tells", () => {
  test.each([
    ["secret", "first is a secret"],
    ["nested", "first must be a string, a number or a boolean"],
  ])("is refused before anything is touched where it is %s", async (tell, message) => {
    const before = await cache();
    const outcome = await apply({ program: "data", values: { tell } });
    expect(outcome).toMatchObject({
      state: "failed",
      class: "invalid",
      retry: "never",
      message: expect.stringContaining(message),
    });
    expect(JSON.stringify(outcome)).not.toContain("s3cr3t");
    expect(await maps()).toEqual([]);
    expect(identityOf(await cache())).toEqual(identityOf(before));
  });
});

const locks = (): readonly string[] => locksOf(bench.home);

/** CLI processes of this bench that work on a stack. */
const updating = (): readonly number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        const of = (file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
        return of("environ").includes(bench.home) && /pulumi\0up/.test(of("cmdline"));
      } catch {
        return false;
      }
    });

describe("a shared part whose program became another one", () => {
  test("loses nothing of the former one without approval, and its ConfigMaps change in place after that", async () => {
    const withheld = await apply({ program: "data" });
    if (withheld.state !== "withheld") throw new Error(JSON.stringify(withheld));
    expect(
      withheld.details
        .filter((d) => d.operation === "delete")
        .map((d) => d.object)
        .sort(),
    ).toEqual(["Deployment shop-cache", "Service shop-cache"]);
    const approved = changeId(withheld.details);
    expect(await apply({ program: "data", approved })).toMatchObject({
      state: "succeeded",
      changes: { created: 1, deleted: 2 },
      outputs: { first: "shop-data-0" },
    });
    const changed = await apply({ program: "data", values: { text: "two" } });
    expect(changed).toMatchObject({ state: "succeeded", changes: { updated: 1, replaced: 0, deleted: 0 } });
  });

  test("is recovered after a CLI that was killed in its middle, lock and pending creates included", async () => {
    const values = { count: 80, text: "two" };
    const applying = apply({ program: "data", values });
    await until("it is being applied", () => updating().length > 0 && locks().length > 0, 60_000);
    await until("something of it is there", async () => (await maps()).length > 3, 60_000);
    for (const pid of updating()) process.kill(pid, "SIGKILL");
    expect(await applying).toMatchObject({ state: "failed", class: "bug", retry: "soon" });
    expect(locks()).toHaveLength(1);
    bench.calls();
    expect(await apply({ program: "data", values })).toMatchObject({ state: "succeeded" });
    expect(bench.calls().map((call) => call.split(" ")[0])).toEqual(["refresh", "preview", "up"]);
    expect(locks()).toEqual([]);
    expect(await maps()).toHaveLength(80);
  });
});
