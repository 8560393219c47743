/** Contract of `src/stacks/errors.ts` with the real CLI and provider: each class by a real failure. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderKubeconfig } from "../../src/stacks/kube-token.ts";
import { pulumiStackName } from "../../src/stacks/names.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { type Bench, openBench, settle, slotRequest } from "./harness.ts";

let bench: Bench;
let runner: StackRunner;

beforeAll(async () => {
  bench = await openBench();
  runner = bench.runner({ programFolders: [join(import.meta.dirname, "programs")] });
});
afterAll(() => bench?.close());

const beyond = (what: string) =>
  slotRequest(bench.namespace, { program: "beyond", values: { what }, slot: "green" });
const greenObjects = () =>
  bench.kubectl("get", "configmap,deployment", "-l", "bascule.dev/slot=green", "-o", "name");

test("an object of somebody else with our name is refused, and nothing at all is written", async () => {
  await bench.put({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "shop-blue", labels: { "app.kubernetes.io/managed-by": "Helm" } },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: "old" } } },
  });
  expect(await settle(runner, slotRequest(bench.namespace))).toEqual({
    state: "failed",
    class: "conflict",
    retry: "later",
    message:
      "PodDisruptionBudget shop-blue is there already and is not this slot's (managed by Helm); remove or rename it, or choose another plan name",
  });
  expect(await bench.get("serviceaccount", "shop-blue")).toBeUndefined();
  expect(await bench.get("deployment", "shop-blue")).toBeUndefined();
  expect((await bench.get("poddisruptionbudget", "shop-blue")).spec.selector.matchLabels).toEqual({
    app: "old",
  });
  await bench.kubectl("delete", "poddisruptionbudget", "shop-blue");
  expect(await settle(runner, slotRequest(bench.namespace))).toMatchObject({ state: "succeeded" });
});

test("a field that another manager took is a conflict that names field and manager", async () => {
  await bench.put(
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop-blue" },
      spec: { revisionHistoryLimit: 7 },
    },
    ...["--server-side", "--force-conflicts", "--field-manager=meddler", "--validate=false"],
  );
  const outcome = await settle(runner, slotRequest(bench.namespace, { image: "localhost/shop:v2" }));
  expect(outcome).toMatchObject({ state: "failed", class: "conflict", retry: "later" });
  const message = outcome.state === "failed" ? outcome.message : "";
  expect(message).toContain("Deployment shop-blue");
  expect(message).toContain(".spec.revisionHistoryLimit");
  expect(message).toContain("meddler");
  // What was rejected is not taken for done the next time.
  await bench.put(
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop-blue" },
    },
    ...["--server-side", "--field-manager=meddler", "--validate=false"],
  );
  expect(await settle(runner, slotRequest(bench.namespace, { image: "localhost/shop:v2" }))).toMatchObject({
    state: "succeeded",
  });
  const live = await bench.get("deployment", "shop-blue");
  expect(live.spec.template.spec.containers[0].image).toBe("localhost/shop:v2");
});

test("a service account without rights is forbidden, with verb and resource", async () => {
  const outcome = await settle(runner, slotRequest(bench.namespace, { account: "nobody", slot: "green" }));
  expect(outcome).toMatchObject({ state: "failed", class: "forbidden", retry: "later" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/cannot get resource/);
});

test("rights to read alone are found out by the provider, and are forbidden too", async () => {
  await bench.put({
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader" } },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "reader" },
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "reader-role" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
        subjects: [{ kind: "ServiceAccount", name: "reader" }],
      },
    ],
  });
  const outcome = await settle(runner, slotRequest(bench.namespace, { account: "reader", slot: "green" }));
  expect(outcome).toMatchObject({ state: "failed", class: "forbidden" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/cannot (patch|create) resource/);
});

test("a missing service account is forbidden and says what to do", async () => {
  const outcome = await settle(runner, slotRequest(bench.namespace, { account: "missing" }));
  expect(outcome).toMatchObject({ state: "failed", class: "forbidden" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/service account missing .*create it/s);
});

test("what the API server rejects is invalid, with its own words", async () => {
  const values = { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } };
  const outcome = await settle(runner, slotRequest(bench.namespace, { values, slot: "green" }));
  expect(outcome).toMatchObject({ state: "failed", class: "invalid", retry: "never" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/Deployment shop-green: .*cpu/s);
  await settle(runner, slotRequest(bench.namespace, { operation: "destroy", slot: "green" }));
});

test("values that the program does not know are refused by name, by its schema and by an apply", async () => {
  const message = "stack.values.drian: is not a value of this program (program web-service)";
  expect(await runner.program("web-service", { drian: "5s" })).toEqual({ ok: false, message });
  expect(await settle(runner, slotRequest(bench.namespace, { values: { drian: "5s" } }))).toMatchObject({
    class: "invalid",
    message,
  });
});

test.each([
  [
    "namespace",
    "forbidden",
    /Namespace .*-mine is cluster-scoped; an administrator must allow v1\/Namespace/,
  ],
  ["elsewhere", "invalid", /ConfigMap far: metadata.namespace must be/],
  ["replicas", "invalid", /leave spec.replicas out/],
  ["nothing", "invalid", /returned Deployment shop-green as a workload, but did not make it/],
  ["throw", "invalid", /program beyond: the moon is not full/],
])(
  "a program that wants too much (%s) is refused before anything is written",
  async (what, kind, message) => {
    const outcome = await settle(runner, beyond(what));
    expect(outcome).toMatchObject({ state: "failed", class: kind });
    expect(outcome.state === "failed" && outcome.message).toMatch(message);
    expect(await greenObjects()).toBe("");
  },
);

test("a program that does not exist is invalid", async () => {
  const outcome = await settle(runner, slotRequest(bench.namespace, { program: "no-such" }));
  expect(outcome).toMatchObject({ state: "failed", class: "invalid" });
  expect(await runner.program("no-such", {})).toMatchObject({ ok: false });
});

test("a missing provider plugin is invalid", async () => {
  const empty = join(bench.home, "empty");
  mkdirSync(empty, { recursive: true });
  const paths = {
    pulumi: bench.cluster.programs.pulumi,
    providerFolder: empty,
    home: bench.home,
    passphraseFile: join(bench.home, "passphrase"),
  };
  const outcome = await settle(bench.runner({ paths }), slotRequest(bench.namespace));
  expect(outcome).toMatchObject({ state: "failed", class: "invalid", retry: "never" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/plugin/);
});

test("a wrong passphrase is invalid and does not empty the state", async () => {
  const passphraseFile = join(bench.home, "wrong");
  writeFileSync(passphraseFile, "wrong");
  const paths = {
    pulumi: bench.cluster.programs.pulumi,
    providerFolder: dirname(bench.cluster.programs.pulumiKubernetes),
    home: bench.home,
    passphraseFile,
  };
  const outcome = await settle(bench.runner({ paths }), slotRequest(bench.namespace));
  expect(outcome).toMatchObject({ state: "failed", class: "invalid", retry: "never" });
  expect(outcome.state === "failed" && outcome.message).toMatch(/passphrase/);
  const again = await settle(runner, slotRequest(bench.namespace, { image: "localhost/shop:v2" }));
  expect(again).toMatchObject({ state: "succeeded", changes: { created: 0, same: 4 } });
});

test("an API server that does not answer is unreachable, and nothing is forgotten", async () => {
  const silent = bench.runner({
    token: async () => renderKubeconfig({ server: "https://127.0.0.1:9" }, "none", bench.namespace),
  });
  const v2 = { image: "localhost/shop:v2" };
  const failed = { state: "failed", class: "unreachable", retry: "soon" };
  expect(await settle(silent, slotRequest(bench.namespace, v2))).toMatchObject(failed);
  expect(await settle(runner, slotRequest(bench.namespace, v2))).toMatchObject({
    changes: { created: 0, same: 4 },
  });
  const destroyed = await settle(silent, slotRequest(bench.namespace, { operation: "destroy" }));
  expect(destroyed).toMatchObject(failed);
  expect(destroyed.state === "failed" && destroyed.message).not.toContain("PULUMI_K8S_DELETE_UNREACHABLE");
  // What pods need goes after the Deployment, so nothing has left the state.
  expect(await settle(runner, slotRequest(bench.namespace, v2))).toMatchObject({
    changes: { created: 0, same: 4 },
  });
});

test("a lock of somebody else's machine is left alone, and its holder is named", async () => {
  const filing = bench.runner({}, "file");
  expect(await settle(filing, slotRequest(bench.namespace))).toMatchObject({ state: "succeeded" });
  const stack = pulumiStackName(`${bench.namespace}.shop.blue`);
  const folder = join(bench.home, "state", ".pulumi", "locks", "organization", "bascule", stack);
  mkdirSync(folder, { recursive: true });
  const lock = { pid: 17, username: "ada", hostname: "laptop.example", timestamp: "2030-01-01T10:00:00Z" };
  writeFileSync(join(folder, "11111111-2222-3333-4444-555555555555.json"), JSON.stringify(lock));
  const outcome = await settle(filing, slotRequest(bench.namespace));
  expect(outcome).toMatchObject({ state: "failed", class: "locked", retry: "later" });
  expect(outcome.state === "failed" && outcome.message).toContain("ada@laptop.example (process 17");
});
