/** Programs of users: a folder of their own, outside of this repository. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { type Bench, openBench, settle, slotRequest } from "./harness.ts";

const SAMPLES = join(import.meta.dirname, "..", "..", "manifests", "samples", "programs");
let bench: Bench;
let runner: StackRunner;
let folder: string;

beforeAll(async () => {
  bench = await openBench();
  folder = join(bench.home, "programs");
  mkdirSync(folder);
  cpSync(join(SAMPLES, "hello"), join(folder, "hello"), { recursive: true });
  runner = bench.runner({ programFolders: [folder] });
});
afterAll(() => bench?.close());

test("a program in a user's folder finds Pulumi, zod and bascule/stack, and is applied", async () => {
  expect(await runner.program("hello", { port: 9000 })).toMatchObject({
    ok: true,
    ports: [{ name: "http", port: 9000 }],
  });
  const request = slotRequest(bench.namespace, { program: "hello", values: { greeting: "good morning" } });
  expect(await settle(runner, request)).toMatchObject({ state: "succeeded", changes: { created: 1 } });
  const { spec } = await bench.get("deployment", "shop-blue");
  expect(spec.template.spec.containers[0].env).toEqual([{ name: "GREETING", value: "good morning" }]);
  expect(spec.template.metadata.labels["bascule.dev/release"]).toBe("shop-1");
});

test("a changed program has another digest, and the next apply runs the new one", async () => {
  const before = await runner.program("hello", {});
  const file = join(folder, "hello", "index.ts");
  const text = `import { defineStack } from "bascule/stack";
import { z } from "zod";
import { apps } from "@pulumi/kubernetes";
export default defineStack({
  name: "hello",
  values: z.strictObject({}),
  ports: () => [{ name: "http", port: 7000 }],
  slot({ name, podLabels, selector, images }) {
    const containers = [{ name: "main", image: images.main, env: [{ name: "GREETING", value: "changed" }] }];
    const template = { metadata: { labels: { ...podLabels } }, spec: { containers } };
    new apps.v1.Deployment(name, { metadata: { name }, spec: { selector: { matchLabels: { ...selector } }, template } });
    return { workloads: [{ kind: "Deployment", name }] };
  },
});
`;
  writeFileSync(file, text);
  const after = await runner.program("hello", {});
  expect(after).toMatchObject({ ok: true, ports: [{ port: 7000 }] });
  expect(after.ok && before.ok && after.digest !== before.digest).toBe(true);
  const request = slotRequest(bench.namespace, { program: "hello", values: {} });
  expect(await settle(runner, request)).toMatchObject({ changes: { updated: 1 } });
  const { spec } = await bench.get("deployment", "shop-blue");
  expect(spec.template.spec.containers[0].env[0].value).toBe("changed");
});

test("an apply that was planned with another program is refused", async () => {
  const request = slotRequest(bench.namespace, { program: "hello", values: {} });
  if (request.task.kind !== "slot") throw new Error("a slot is asked for");
  const pinned = { ...request, task: { ...request.task, digest: "sha256:0" } };
  expect(await settle(runner, pinned)).toMatchObject({ state: "failed", class: "invalid" });
});

test("a module that is no program says what is missing", async () => {
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "empty", "index.ts"), "export const nothing = 1;\n");
  mkdirSync(join(folder, "broken"));
  writeFileSync(join(folder, "broken", "index.ts"), 'import "no-such-package";\n');
  expect(await runner.program("empty", {})).toMatchObject({
    ok: false,
    message: expect.stringContaining("defineStack"),
  });
  expect(await runner.program("broken", {})).toMatchObject({
    ok: false,
    message: expect.stringContaining("no-such-package"),
  });
});
