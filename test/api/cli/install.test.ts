import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../../src/base/duration.ts";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { PASSPHRASE_SECRET } from "../../../src/cli/install/settings.ts";
import { clusterUp, readClusterName } from "../../cluster/index.ts";
import { createProgress } from "../../cluster/lib/progress.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { KIND, typeOf } from "../../lab/kinds.ts";
import { Objects } from "../../lab/objects.ts";
import { CommandLine } from "../../support/command-line.ts";

/** Installed into a namespace of its own and taken out again; no controller runs, for its image is nowhere. */
const SYSTEM = "install-test-system";
const TENANT = "install-test";
const IMAGE = "localhost/no-such-image:1";
const SECRET = typeOf({ apiVersion: "v1", kind: "Secret" });
const POLICY = typeOf({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
});
const BINDING = typeOf({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" });
let objects: Objects;
let line: CommandLine;

beforeAll(async () => {
  const name = readClusterName(process.env.BASCULE_CLUSTER ?? "test");
  const cluster = await clusterUp({ name, keep: true, progress: createProgress(process.stderr) });
  objects = new Objects(cluster);
  line = new CommandLine({ namespace: SYSTEM, kubeconfig: cluster.kubeconfig });
  for (const namespace of [SYSTEM, TENANT]) await objects.remove(KIND.namespace, { name: namespace });
});
afterAll(async () => {
  await line.run("uninstall", "--force");
  for (const name of [SYSTEM, TENANT]) await objects.askToRemove(KIND.namespace, { name });
  await objects.close();
});

const install = (...more: readonly string[]) => line.run("install", "--image", IMAGE, "--force", ...more);
const passphrase = async (): Promise<string> =>
  (await objects.get(SECRET, { name: PASSPHRASE_SECRET, namespace: SYSTEM })).data.passphrase;

test("printing shows every object and touches nothing", async () => {
  const ran = await line.run("install", "--image", IMAGE, "--print");
  expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
  expect(ran.out).toContain(`image: ${IMAGE}`);
  expect(ran.out).not.toMatch(/^kind: Secret$/m);
  expect(await objects.find(KIND.namespace, { name: SYSTEM })).toBeUndefined();
});

test("a controller that can't start is told with its pod's trouble, and ends with the code of a timeout", async () => {
  const ran = await install("--timeout", "20s");
  expect(ran.exit).toBe(EXIT.timeout);
  expect(ran.err).toMatch(
    /the controller is not ready in time; pod bascule-controller-\S+: (ErrImage|ImagePull)/,
  );
});

test("installing again keeps the passphrase", async () => {
  const before = await passphrase();
  expect(Buffer.from(before, "base64").toString()).toMatch(/^[A-Za-z0-9+/]{32}$/);
  const ran = await install("--no-wait");
  expect(ran.exit).toBe(EXIT.ok);
  expect(ran.out).toContain("is there and stays as it is");
  expect(ran.out).not.toContain(Buffer.from(before, "base64").toString());
  expect(await passphrase()).toBe(before);
});

interface Found {
  readonly what: string;
  readonly state: string;
  readonly said: string;
  readonly remedy?: string;
}

async function doctor(): Promise<{ readonly exit: number; readonly findings: readonly Found[] }> {
  const ran = await line.run("doctor", "-o", "json");
  return { exit: ran.exit, findings: JSON.parse(ran.out).findings };
}

test("the doctor finds all that is installed, and that no controller is ready", async () => {
  const { exit, findings } = await doctor();
  for (const what of [
    "Kubernetes",
    "clock",
    "gateway",
    "definitions",
    "policies",
    "roles",
    "rights",
    "passphrase",
  ])
    expect(
      findings.filter((f) => f.what === what),
      what,
    ).toMatchObject([{ state: "ok" }]);
  expect(findings.find((f) => f.what === "controller")).toMatchObject({ state: "problem" });
  expect(exit).toBe(EXIT.error);
  for (const { state, remedy } of findings) expect(remedy === undefined).toBe(state === "ok");
});

test("the doctor names a policy and rights that are gone, with the remedy", async () => {
  await objects.remove(POLICY, { name: "finalizers.bascule.dev" });
  await objects.remove(BINDING, { name: "bascule-controller" });
  const { findings } = await doctor();
  const said = findings.filter(({ state }) => state === "problem").map((f) => `${f.said} → ${f.remedy}`);
  expect(said).toContain(
    'ValidatingAdmissionPolicy finalizers.bascule.dev is not there → run "bascule install"',
  );
  expect(said).toContain(
    'the controller may not patch httproutes.gateway.networking.k8s.io in all namespaces → run "bascule install"',
  );
  expect((await install("--no-wait")).exit).toBe(EXIT.ok);
  // A policy is in force a moment after it was written; a right at once.
  const healed = async (): Promise<boolean> =>
    (await doctor()).findings.every(({ what, state }) => what === "controller" || state !== "problem");
  await waitUntil("only the controller is a problem", healed, { deadline: minutes(1) });
});

test("a second controller for the same namespaces is refused before anything is changed", async () => {
  const ran = await line.run("install", "--image", IMAGE, "--no-wait", "-n", TENANT);
  expect(ran.exit).toBe(EXIT.error);
  expect(ran.err).toContain(
    `the controller in ${SYSTEM} looks after all namespaces: two would act on the same plans`,
  );
  expect(await objects.find(KIND.namespace, { name: TENANT })).toBeUndefined();
});

test("nothing is taken away while a release is in progress", async () => {
  await objects.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: TENANT } });
  await objects.create({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "Release",
    metadata: { name: "one", namespace: TENANT, finalizers: ["bascule.dev/release", "example.com/mine"] },
    spec: { planRef: { name: "shop" }, package: { version: "1", image: "localhost/shop:v1" } },
  });
  await setPhase("Shifting");
  const ran = await line.run("uninstall");
  expect(ran.exit).toBe(EXIT.error);
  expect(ran.err).toContain(`a release is in progress: ${TENANT}/one`);
  expect(
    await objects.find(KIND.deployment, { name: "bascule-controller", namespace: SYSTEM }),
  ).toBeDefined();
});

test("uninstalling with the name of another namespace removes nothing, and names the right one", async () => {
  const bindings = async () => (await objects.list(BINDING)).map(({ metadata }) => metadata.name);
  const before = await bindings();
  const ran = await line.run("uninstall", "--force", "-n", TENANT);
  expect(ran.exit).toBe(EXIT.error);
  expect(ran.err).toContain(`is of the controller in ${SYSTEM}; uninstall that one with -n ${SYSTEM}`);
  expect(await bindings()).toEqual(before);
});

test("uninstalling takes our finalizers off, leaves those of others, and what people declared", async () => {
  await line.run("uninstall", "--force").then((ran) => expect(ran).toMatchObject({ exit: EXIT.ok, err: "" }));
  const release = await objects.get(KIND.release, { name: "one", namespace: TENANT });
  expect(release.metadata.finalizers).toEqual(["example.com/mine"]);
  expect(
    await objects.find(KIND.deployment, { name: "bascule-controller", namespace: SYSTEM }),
  ).toBeUndefined();
  expect(await objects.find(POLICY, { name: "release-control.bascule.dev" })).toBeUndefined();
  expect(await passphrase()).not.toBe("");
  await objects.patch(KIND.release, { name: "one", namespace: TENANT }, { metadata: { finalizers: null } });
});

async function setPhase(phase: string): Promise<void> {
  const ref = { name: "one", namespace: TENANT };
  const { metadata } = await objects.get(KIND.release, ref);
  const written = await objects.client.replaceStatus(KIND.release, ref, {
    resourceVersion: metadata.resourceVersion ?? "",
    status: { observedGeneration: 1, phase },
  });
  if (!written.ok) throw written.error;
}
