/** Somebody with rights on Bascule's objects of one namespace reaches nothing of another one through a reference. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minutes } from "../../../src/base/duration.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import { kubeCredentialsStore } from "../../../src/probes/credentials-store.ts";
import { kubeSignatureStore } from "../../../src/probes/security/signature-store.ts";
import { serviceAccountTokens } from "../../../src/stacks/kube-token.ts";
import { until } from "../../support/until.ts";
import { typeOf } from "../crd/kinds.ts";
import { accepted, refused } from "../crd/people.ts";
import { setUp } from "../crd/setup.ts";

const TENANT = "tessa@example.com";
const { people, cluster } = setUp({ policies: true });
const tenant = people.as(TENANT);
const victim = `bascule-victim-${randomBytes(4).toString("hex")}`;
const SEED = `seed-${randomBytes(12).toString("hex")}`;
const signal = new AbortController().signal;

const core = (kind: string, plural: string) =>
  resourceType({ group: "", version: "v1", kind, plural, namespaced: true });
const apiVersion = "bascule.dev/v1alpha1";
const meta = (name: string, namespace = cluster.namespace) => ({ name, namespace });
const check = (body: object) => ({
  kind: "Verification",
  spec: { target: { service: "shop" }, checks: [{ name: "c", ...body }] },
});
const verification = (target: object) => ({
  kind: "Verification",
  spec: { target: { service: "shop", ...target }, checks: [{ name: "c", tcp: {} }] },
});
const plan = (spec: object) => ({
  kind: "ReleasePlan",
  spec: { stack: { program: { name: "web-service" } }, strategy: { direct: {} }, ...spec },
});
const create = (ref: object) => plan({ traffic: { create: { parentRefs: [ref] } } });
const access = (secretRef: object) =>
  check({ access: { identities: [{ name: "a", secretRef }], requests: [{ path: "/", as: "a" }] } });

/** Every reference by name, with an object that holds it. */
const HOLDERS: Readonly<Record<string, (name: string) => { readonly kind: string; readonly spec: object }>> =
  {
    program: (name) => plan({ stack: { program: { name } } }),
    serviceAccountName: (name) => plan({ stack: { program: { name: "p" }, serviceAccountName: name } }),
    route: (name) => plan({ traffic: { routes: [{ name }] } }),
    parent: (name) => create({ name }),
    "parent's namespace": (name) => create({ name: "edge", namespace: name }),
    finishAdoption: (name) =>
      plan({ traffic: { routes: [{ name: "r" }], finishAdoption: { service: name } } }),
    hostname: (name) => plan({ traffic: { create: { hostnames: [name], parentRefs: [{ name: "edge" }] } } }),
    template: (name) => plan({ verification: [{ name: "v", templateRef: { name } }] }),
    planRef: (name) => ({
      kind: "Release",
      spec: { planRef: { name }, package: { version: "1", image: "registry.example.com/shop:1" } },
    }),
    target: (name) => verification({ service: name }),
    "target's baseline": (name) => verification({ baselineService: name }),
    "target's plan": (name) => verification({ plan: name }),
    "target's account": (name) => verification({ serviceAccountName: name }),
    "job's account": (name) => check({ job: { image: "i", serviceAccountName: name } }),
    "job's Secret": (name) => check({ job: { image: "i", envFrom: [{ secretRef: { name } }] } }),
    "access's Secret": (name) => access({ name, key: "k" }),
    "webhook's Secret": (name) => check({ webhook: { url: "https://a.example/", secretRef: { name } } }),
    "signatures' ConfigMap": (name) =>
      check({ image: { signedBy: { publicKeys: ["-----BEGIN PUBLIC KEY-----"], configMap: name } } }),
  };
const ways = () => [
  `${victim}/vault`,
  "../vault",
  `../../${victim}/secrets/vault`,
  "..",
  "a%2Fb",
  "{{../../x",
  `system:serviceaccount:${victim}:deployer`,
  "a b",
  "a\nb",
  "",
];
const send = ({ kind, spec }: { readonly kind: string; readonly spec: object }) =>
  tenant.create(typeOf(kind), { apiVersion, kind, metadata: meta("try"), spec } as never, { dryRun: true });

beforeAll(async () => {
  await cluster.bind(TENANT, "bascule-editor");
  await cluster.bind(TENANT, "bascule-operator");
  const { admin } = people;
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: victim } };
  accepted(await admin.create(typeOf("Namespace"), namespace as never));
  const labels = { "bascule.dev/credentials-for": "checks" };
  const put = (kind: string, plural: string, name: string, rest: object, more: object = {}) =>
    admin.create(core(kind, plural), {
      ...{ apiVersion: "v1", kind, metadata: { ...meta(name, victim), ...more } },
      ...rest,
    } as never);
  accepted(await put("Secret", "secrets", "vault", { stringData: { key: SEED } }, { labels }));
  accepted(await put("ConfigMap", "configmaps", "vault", { data: { signatures: SEED } }));
  accepted(await put("ServiceAccount", "serviceaccounts", "deployer", {}));
  await until("the tenant's roles are in force", async () => (await send(verification({}))).ok);
});
afterAll(async () => {
  await people.admin.delete(typeOf("Namespace"), { name: victim });
});

describe("a reference is one name, and no way to another place", () => {
  it.each(Object.keys(HOLDERS))("%s", async (field) => {
    const holder = HOLDERS[field] as (typeof HOLDERS)[string];
    accepted(await send(holder("vault")));
    for (const name of ways()) {
      const error = refused(await send(holder(name)));
      expect(error.kind, `${field}: ${JSON.stringify(name)}`).toBe("invalid");
    }
  });
});

it("objects can't be made beside the own namespace", async () => {
  for (const holder of [HOLDERS.target, HOLDERS.planRef, HOLDERS.program]) {
    const { kind, spec } = (holder as (typeof HOLDERS)[string])("vault");
    const object = { apiVersion, kind, metadata: meta("try", victim), spec } as never;
    expect(refused(await tenant.create(typeOf(kind), object)).kind).toBe("forbidden");
  }
});

describe("asked with an administrator's rights, as the controller never has them", () => {
  const namespace = () => cluster.namespace;
  const names = () => ["vault", `${victim}/vault`, `../../${victim}/secrets/vault`, "..", "{{/../vault"];

  it("a Secret is looked for in the check's own namespace and nowhere else", async () => {
    const store = kubeCredentialsStore(people.admin);
    const there = await store.value({ namespace: victim, name: "vault", key: "key" }, signal);
    expect(accepted(there as never)).toBe(SEED);
    for (const name of names()) {
      const found = await store.value({ namespace: namespace(), name, key: "key" }, signal);
      expect(found.ok, name).toBe(false);
      expect(JSON.stringify(found)).not.toContain(SEED);
    }
  });

  it("a ConfigMap is looked for in the check's own namespace", async () => {
    const store = kubeSignatureStore(people.admin);
    expect(accepted((await store.texts(victim, "vault", signal)) as never)).toEqual([SEED]);
    for (const name of names()) {
      const found = await store.texts(namespace(), name, signal);
      expect(found.ok, name).toBe(false);
    }
  });

  it("a token is asked for in the plan's own namespace", async () => {
    const tokens = serviceAccountTokens(people.admin, { server: "https://127.0.0.1" }, minutes(10));
    expect(await tokens({ namespace: victim, name: "deployer" })).toContain(victim);
    for (const name of ["deployer", `${victim}/deployer`, `../../${victim}/serviceaccounts/deployer`])
      await expect(tokens({ namespace: namespace(), name })).rejects.toThrow();
  });
});
