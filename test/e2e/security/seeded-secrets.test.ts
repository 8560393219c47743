/** Secrets with known values go through three releases; afterwards they are looked for wherever something is kept or shown. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { CHECKS, SHOP, writePlan } from "../../lab/shop.ts";
import { CommandLine } from "../../support/command-line.ts";
import { World } from "../world.ts";
import { filesBelow, formsOf, objectsAsText, type Place, ProcessWatch } from "./places.ts";

/** With characters that JSON writes otherwise. */
const seed = (what: string): string => `${what}-${randomBytes(12).toString("hex")}"\\end`;
const SEEDS = { value: seed("value"), access: seed("access"), webhook: seed("webhook"), passphrase: "" };
const TOKEN = /eyJhbGciOi[\w-]{20,}\.eyJ[\w-]{20,}\./;
const BASCULE = "bascule.dev/v1alpha1";

let world: World;
let processes: ProcessWatch;
let audit: Server;
let verdict = "passed";
/** Where records are written to. */
let out: string;

beforeAll(async () => {
  world = await World.open("e2e-secrets", { inCluster: false, extraArgs: ["--log-level", "debug"] });
  // Nobody's requests are looked at here.
  await Promise.all([world.load.stop(), world.observer.stop()]);
  SEEDS.passphrase = readFileSync(join(world.home, "passphrase"), "utf8").trim();
  out = mkdtempSync(join(tmpdir(), "bascule-secrets-"));
  // The other system gives away the key that it was asked with.
  audit = createServer((_, response) =>
    response.end(JSON.stringify({ verdict, message: SEEDS.webhook, evidence: { key: SEEDS.webhook } })),
  );
  await new Promise<void>((resolve) => audit.listen(0, world.cluster.hostAddress, resolve));
  await makeSecret("app", { PAYMENT_KEY: SEEDS.value });
  await makeSecret("tester", { login: `user:${SEEDS.access}` }, "checks");
  await makeSecret("audit", { key: SEEDS.webhook }, "webhooks");
  const url = `http://${world.cluster.hostAddress}:${(audit.address() as AddressInfo).port}/`;
  const identity = { name: "tester", scheme: "basic", secretRef: { name: "tester", key: "login" } };
  const requests = [{ path: "/healthz", as: "tester", expect: [200] }];
  await writePlan(world.objects, world.shop, {
    strategy: { direct: {} },
    values: { secrets: ["app"] },
    timing: { observe: "1s", drain: "1s" },
    more: { capacity: { replicas: 1 } },
    verification: [
      ...CHECKS.filter(({ name }) => name === "health"),
      { name: "login", access: { identities: [identity], requests, interval: "300ms" } },
      { name: "audit", webhook: { url, secretRef: { name: "audit" }, interval: "500ms" } },
    ],
  });
  processes = new ProcessWatch(world.home);
});
afterAll(async () => {
  processes?.stop();
  audit?.close();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
  await world?.close();
});

async function makeSecret(name: string, stringData: object, use?: string): Promise<void> {
  const labels = use === undefined ? {} : { labels: { "bascule.dev/credentials-for": use } };
  const metadata = { name, namespace: world.shop.namespace, ...labels };
  await world.objects.apply({ apiVersion: "v1", kind: "Secret", metadata, stringData });
}

test("a release that completes, one that fails and one that is refused have gone through", async () => {
  const { namespace } = world.shop;
  await world.releases.create(SHOP, "shop-good", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-good", "Completed");
  verdict = "failed";
  await world.releases.create(SHOP, "shop-bad", "v2", "localhost/shop:v2");
  await world.releases.whenPhase("shop-bad", "Failed");
  await world.objects.create({
    apiVersion: BASCULE,
    kind: "Release",
    metadata: { name: "shop-refused", namespace },
    spec: {
      planRef: { name: SHOP },
      package: { version: "v3", image: "localhost/shop:v3", values: { port: "none" } },
    },
  });
  await world.releases.when("shop-refused", "refused for its port", ({ message }) =>
    /port/.test(message ?? ""),
  );
  const verifications = await objectsAsText(world.objects, BASCULE, "Verification", namespace);
  const all = verifications.map(([, text]) => text).join("\n");
  expect(all).toContain('"kind":"access"');
  expect(all).toContain("WebhookFailed");
  expect(all).toContain("***");
});

/** What the API server keeps, the Secrets apart that hold them on purpose. */
async function storedPlaces(): Promise<readonly Place[]> {
  const { namespace } = world.shop;
  const read = (apiVersion: string, kind: string, where: string) =>
    objectsAsText(world.objects, apiVersion, kind, where);
  const places: Place[] = [];
  for (const where of [namespace, SYSTEM_NAMESPACE]) {
    places.push(...(await read("v1", "ConfigMap", where)));
    places.push(...(await read("events.k8s.io/v1", "Event", where)));
    places.push(...(await read("coordination.k8s.io/v1", "Lease", where)));
  }
  for (const kind of ["ReleasePlan", "Release", "Verification"])
    places.push(...(await read(BASCULE, kind, namespace)));
  places.push(...(await read("apps/v1", "Deployment", namespace)));
  const state = (await read("v1", "Secret", SYSTEM_NAMESPACE)).filter(([name]) =>
    name.includes("bascule-state-"),
  );
  expect(state.some(([, text]) => text.includes("urn:pulumi:"))).toBe(true);
  return [...places, ...state];
}

/** What people are shown, and records that they keep. */
async function shownPlaces(): Promise<readonly Place[]> {
  const { namespace } = world.shop;
  const line = new CommandLine({ namespace, kubeconfig: world.cluster.kubeconfig });
  const commands = [
    ["explain", "shop-bad"],
    ["plan", SHOP, "--image", "localhost/shop:v3"],
    ["record", "shop-good", "--format", "all", "--output", out],
    ["record", "shop-bad", "--format", "all", "--output", out, "--lang", "fr"],
  ];
  const ran = await Promise.all(
    commands.map(async (args): Promise<Place> => {
      const { out: said, err } = await line.run(...args);
      // A command that says nothing, or not what was asked, would hide nothing.
      expect(said, `bascule ${args.join(" ")}: ${err}`).toContain("shop");
      return [`bascule ${args.join(" ")}`, `${said}\n${err}`];
    }),
  );
  const records = filesBelow(out);
  expect(records.some(([, text]) => text.includes("WebhookFailed"))).toBe(true);
  return [...ran, ...records];
}

/** What the controller and its workers leave on the machine. */
async function localPlaces(): Promise<readonly Place[]> {
  // What is its own: the passphrase itself, and the account's token, as a pod has them mounted.
  const own = /\/(passphrase|kubeconfig-[0-9a-f]+)$|\/plugins\//;
  const files = filesBelow(world.home).filter(([file]) => !own.test(file));
  expect(files.some(([file, text]) => file.endsWith("/controller.log") && text.includes("debug"))).toBe(true);
  const seen = processes.stop();
  expect(seen.some(([name]) => name.includes("pulumi"))).toBe(true);
  const metrics = await fetch(`${world.controller.url}/metrics`);
  return [...files, ...seen, ["metrics", await metrics.text()]];
}

test("no secret stands in a log, an object, a metric, a record, the state, a file, an argument or an environment", async () => {
  const places = [...(await storedPlaces()), ...(await shownPlaces()), ...(await localPlaces())];
  expect(places.length).toBeGreaterThan(30);
  const found = places.flatMap(([place, text]) => [
    ...Object.entries(SEEDS).flatMap(([what, value]) =>
      formsOf(value).some((form) => text.includes(form)) ? [`${what}: ${place}`] : [],
    ),
    ...(TOKEN.test(text) ? [`a token: ${place}`] : []),
  ]);
  expect(found).toEqual([]);
});
