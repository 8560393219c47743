/** Secrets with known values go through three releases; afterwards they are looked for wherever something is kept or shown. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resourceType } from "../../../src/kube/resources.ts";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { CHECKS, SHOP, writePlan } from "../../lab/shop.ts";
import { CommandLine } from "../../support/command-line.ts";
import { World } from "../world.ts";

/** With characters that JSON writes otherwise. */
const seed = (what: string): string => `${what}-${randomBytes(12).toString("hex")}"\\end`;
const SEEDS = { value: seed("value"), access: seed("access"), webhook: seed("webhook"), passphrase: "" };
/** Every way in which a value may stand somewhere. */
const forms = (value: string): readonly string[] => {
  const base64 = [value, `user:${value}`].map((text) => Buffer.from(text).toString("base64"));
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), ...base64];
};
const TOKEN = /eyJhbGciOi[\w-]{20,}\.eyJ[\w-]{20,}\./;

let world: World;
let audit: Server;
let verdict = "passed";
let out: string;
const seenProcesses = new Map<string, string>();
let sampling: NodeJS.Timeout;

/** Arguments and environment of everything that runs on this machine now. */
function sampleProcesses(): void {
  for (const pid of readdirSync("/proc").filter(
    (name) => /^[0-9]+$/.test(name) && name !== `${process.pid}`,
  )) {
    try {
      const text = `${readFileSync(`/proc/${pid}/cmdline`)}\n${readFileSync(`/proc/${pid}/environ`)}`;
      if (text.includes(world.home)) seenProcesses.set(`${pid} ${text.slice(0, 200)}`, text);
    } catch {
      // It has ended meanwhile.
    }
  }
}

beforeAll(async () => {
  world = await World.open("e2e-secrets", { inCluster: false, extraArgs: ["--log-level", "debug"] });
  SEEDS.passphrase = readFileSync(join(world.home, "passphrase"), "utf8").trim();
  out = mkdtempSync(join(tmpdir(), "bascule-secrets-"));
  // The other system gives away the key that it was asked with.
  audit = createServer((_, response) =>
    response.end(JSON.stringify({ verdict, message: SEEDS.webhook, evidence: { key: SEEDS.webhook } })),
  );
  await new Promise<void>((resolve) => audit.listen(0, world.cluster.hostAddress, resolve));
  const { namespace } = world.shop;
  const secret = (name: string, stringData: object, use?: string) =>
    world.objects.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        ...{ name, namespace },
        ...(use === undefined ? {} : { labels: { "bascule.dev/credentials-for": use } }),
      },
      stringData,
    });
  await secret("app", { PAYMENT_KEY: SEEDS.value });
  await secret("tester", { login: `user:${SEEDS.access}` }, "checks");
  await secret("audit", { key: SEEDS.webhook }, "webhooks");
  const url = `http://${world.cluster.hostAddress}:${(audit.address() as AddressInfo).port}/`;
  const identity = { name: "tester", scheme: "basic", secretRef: { name: "tester", key: "login" } };
  const requests = [{ path: "/healthz", as: "tester", expect: [200] }];
  await writePlan(world.objects, world.shop, {
    strategy: { direct: {} },
    values: { secrets: ["app"] },
    verification: [
      ...CHECKS.filter(({ name }) => name === "health"),
      { name: "login", access: { identities: [identity], requests, interval: "300ms" } },
      { name: "audit", webhook: { url, secretRef: { name: "audit" }, interval: "500ms" } },
    ],
  });
  sampling = setInterval(sampleProcesses, 100);
});
afterAll(async () => {
  clearInterval(sampling);
  audit?.close();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
  await world?.close();
});

const filesBelow = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .map((file) => [file, readFileSync(file, "latin1")] as const);

const unpacked = (data: string): string => {
  const bytes = Buffer.from(data, "base64");
  try {
    return gunzipSync(bytes).toString();
  } catch {
    return bytes.toString("latin1");
  }
};
/** Objects as text, with what is packed in them unpacked. */
const objectsOf = async (group: string, plural: string, kind: string, namespace: string) => {
  const version = group === "bascule.dev" ? "v1alpha1" : "v1";
  const type = resourceType({ group, version, kind, plural, namespaced: true }) as never;
  const found = await world.objects.list(type, namespace);
  return found.map((object) => {
    const data = Object.values((object.data ?? {}) as Record<string, string>);
    return [
      `${kind} ${namespace}/${object.metadata.name}`,
      [JSON.stringify(object), ...data.map((text) => (kind === "Secret" ? unpacked(text) : text))].join("\n"),
    ] as const;
  });
};

test("a release that completes, one that fails and one that is refused have gone through", async () => {
  await world.releases.create(SHOP, "shop-good", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-good", "Completed");
  verdict = "failed";
  await world.releases.create(SHOP, "shop-bad", "v2", "localhost/shop:v2");
  await world.releases.whenPhase("shop-bad", "Failed");
  await world.objects.create({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "Release",
    metadata: { name: "shop-refused", namespace: world.shop.namespace },
    spec: {
      planRef: { name: SHOP },
      package: { version: "v3", image: "localhost/shop:v3", values: { port: "none" } },
    },
  });
  await world.releases.when("shop-refused", "refused for its port", ({ message }) =>
    /port/.test(message ?? ""),
  );
  const verifications = await objectsOf("bascule.dev", "verifications", "Verification", world.shop.namespace);
  const all = verifications.map(([, text]) => text).join("\n");
  expect(all).toContain('"kind":"access"');
  expect(all).toContain("WebhookFailed");
  expect(all).toContain("***");
});

test("no secret stands in a log, an object, a metric, a record, the state, a file, an argument or an environment", async () => {
  const { namespace } = world.shop;
  const places: (readonly [string, string])[] = [];
  places.push(["the controller's log", readFileSync(join(world.home, "controller.log"), "utf8")]);
  for (const where of [namespace, SYSTEM_NAMESPACE]) {
    places.push(...(await objectsOf("", "configmaps", "ConfigMap", where)));
    places.push(...(await objectsOf("events.k8s.io", "events", "Event", where)));
    places.push(...(await objectsOf("coordination.k8s.io", "leases", "Lease", where)));
  }
  for (const [plural, kind] of [
    ["releaseplans", "ReleasePlan"],
    ["releases", "Release"],
    ["verifications", "Verification"],
  ] as const)
    places.push(...(await objectsOf("bascule.dev", plural, kind, namespace)));
  places.push(...(await objectsOf("apps", "deployments", "Deployment", namespace)));
  const state = (await objectsOf("", "secrets", "Secret", SYSTEM_NAMESPACE)).filter(([name]) =>
    name.includes("bascule-state-"),
  );
  expect(state.some(([, text]) => text.includes("urn:pulumi:"))).toBe(true);
  places.push(...state);
  places.push(["metrics", await (await fetch(`${world.controller.url}/metrics`)).text()]);
  const line = new CommandLine({ namespace, kubeconfig: world.cluster.kubeconfig });
  for (const args of [
    ["status", SHOP],
    ["status", SHOP, "-o", "json"],
    ["explain", "shop-bad"],
    ["journal", "shop-good"],
    ["journal", "shop-bad", "-o", "json"],
    ["plan", SHOP, "--image", "localhost/shop:v3"],
    ["record", "shop-good", "--format", "all", "--output", out],
    ["record", "shop-bad", "--format", "all", "--output", out, "--lang", "fr"],
  ]) {
    const ran = await line.run(...args);
    places.push([`bascule ${args.join(" ")}`, `${ran.out}\n${ran.err}`]);
    expect(`${ran.out}${ran.err}`, args.join(" ")).not.toContain("unknown option");
  }
  places.push(...filesBelow(out));
  // What is its own: the passphrase itself, and the account's token, as a pod has them mounted.
  const own = /\/(passphrase|kubeconfig-[0-9a-f]+)$|\/plugins\//;
  const files = filesBelow(world.home).filter(([file]) => !own.test(file));
  places.push(...files);
  expect([...seenProcesses.keys()].some((key) => key.includes("pulumi"))).toBe(true);
  places.push(...[...seenProcesses].map(([key, text]) => [`process ${key.slice(0, 60)}`, text] as const));
  const found = places.flatMap(([place, text]) => [
    ...Object.entries(SEEDS).flatMap(([what, value]) =>
      forms(value).some((form) => text.includes(form)) ? [`${what}: ${place}`] : [],
    ),
    ...(TOKEN.test(text) ? [`a token: ${place}`] : []),
  ]);
  expect(places.length).toBeGreaterThan(30);
  expect(found).toEqual([]);
});
