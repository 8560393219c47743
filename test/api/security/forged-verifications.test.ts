/** Nobody but the controller makes or changes the verifications by which a release is judged. */
import { beforeAll, describe, expect, it } from "vitest";
import type { KubeClient } from "../../../src/kube/client.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { until } from "../../support/until.ts";
import { typeOf } from "../crd/kinds.ts";
import { accepted, refused } from "../crd/people.ts";
import { setUp } from "../crd/setup.ts";

const VERIFICATION = typeOf("Verification");
const RELEASE = typeOf("Release");
const [EDITOR, OPERATOR] = ["eda@example.com", "olga@example.com"];
const { people, cluster } = setUp({ policies: true });
const [editor, operator] = [people.as(EDITOR), people.as(OPERATOR)];
const both: readonly (readonly [string, KubeClient])[] = [
  ["an editor", editor],
  ["an operator", operator],
];

/** What passes without anybody's word, under the name of a question to a person. */
const passing = [{ name: "approve", tcp: { port: 80 } }];
const asking = [{ name: "approve", manual: { question: "Go?", users: ["head@example.com"] } }];
let uid = "";
const owner = () => ({
  ...{ apiVersion: "bascule.dev/v1alpha1", kind: "Release", name: "shop-2" },
  ...{ uid, controller: true, blockOwnerDeletion: false },
});
const object = (name: string, spec: object, metadata: object = {}) =>
  ({
    ...{ apiVersion: "bascule.dev/v1alpha1", kind: "Verification" },
    metadata: { name, namespace: cluster.namespace, ...metadata },
    spec: { target: { service: "shop-green", plan: "shop" }, ...spec },
  }) as never;
const ofRelease = { releaseRef: { name: "shop-2" } };
const releaseObject = (name: string) =>
  ({
    ...{ apiVersion: "bascule.dev/v1alpha1", kind: "Release" },
    metadata: ref(name),
    spec: {
      planRef: { name: "shop" },
      package: { version: "2.0.0", image: "registry.example.com/shop:2" },
    },
  }) as never;
const namespaceObject = (name: string) =>
  ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }) as never;
async function isGone(what: { readonly name: string; readonly namespace: string }): Promise<boolean> {
  const found = await people.admin.get(VERIFICATION, what);
  return !found.ok && found.error.kind === "notFound";
}
const ref = (name: string) => ({ name, namespace: cluster.namespace });

beforeAll(async () => {
  await cluster.bind(EDITOR, "bascule-editor");
  await cluster.bind(OPERATOR, "bascule-operator");
  const made = await people.admin.create(RELEASE, releaseObject("shop-2"));
  uid = accepted(made).metadata.uid ?? "";
  await until("roles and policy are in force", async () => {
    const probe = await editor.create(VERIFICATION, object("probe", { ...ofRelease, checks: passing }), {
      dryRun: true,
    });
    return !probe.ok && probe.error.message.includes("only the controller");
  });
  for (const name of ["shop-2-verify", "shop-2-step"])
    accepted(
      await people.admin.create(
        VERIFICATION,
        object(name, { ...ofRelease, checks: asking }, { ownerReferences: [owner()] }),
      ),
    );
});

describe.each(both)("%s", (_who, client) => {
  it("can't make a verification in a release's name, nor one that a release owns", async () => {
    const named = await client.create(VERIFICATION, object("a", { ...ofRelease, checks: passing }));
    expect(refused(named).message).toContain("spec.releaseRef: only the controller makes and changes");
    const owned = object("b", { checks: passing }, { ownerReferences: [owner()] });
    expect(refused(await client.create(VERIFICATION, owned)).message).toContain("only the controller");
    accepted(await client.create(VERIFICATION, object("own", { checks: passing }), { dryRun: true }));
  });

  it("can't change what a release's verification asks, end it, or hand it over, whichever way it is written", async () => {
    const target = ref("shop-2-verify");
    const forged: readonly Readonly<Record<string, unknown>>[] = [
      { spec: { checks: passing } },
      { spec: { end: true } },
      { spec: { endChecks: ["approve"] } },
      { spec: { releaseRef: null } },
      { spec: { target: { service: "elsewhere" } } },
      { metadata: { ownerReferences: null } },
    ];
    for (const patch of forged) {
      const error = refused(await client.mergePatch(VERIFICATION, target, patch));
      expect(error.kind, JSON.stringify(patch)).toBe("forbidden");
    }
    const applied = object("shop-2-verify", { ...ofRelease, checks: asking, end: true });
    expect(refused(await client.apply(VERIFICATION, applied, { force: true })).kind).toBe("forbidden");
    const ops = [{ op: "replace", path: "/spec/checks", value: passing }] as const;
    const patched = await client.jsonPatch(VERIFICATION, target, ops as never);
    expect(refused(patched).kind).toBe("forbidden");
    const after = accepted(await people.admin.get(VERIFICATION, target));
    expect(after.spec).toMatchObject({ checks: [{ manual: { question: "Go?" } }] });
  });

  it("can't write its results, through the subresource or beside it", async () => {
    const results = [{ name: "approve", kind: "manual", severity: "blocking", verdict: "passed" }];
    const status = { observedGeneration: 1, results };
    const before = accepted(await people.admin.get(VERIFICATION, ref("shop-2-verify")));
    const { resourceVersion = "" } = before.metadata;
    const write = { resourceVersion, status };
    const direct = await client.replaceStatus(VERIFICATION, ref("shop-2-verify"), write);
    expect(refused(direct).kind).toBe("forbidden");
    // Sent along with the object it is not taken: the API server knows status by the subresource alone.
    await client.mergePatch(VERIFICATION, ref("shop-2-verify"), { status });
    const after = accepted(await people.admin.get(VERIFICATION, ref("shop-2-verify")));
    expect(after.status).toEqual(before.status);
  });
});

describe("a release's verification, which would be asked anew when it is gone,", () => {
  it.each(both)("is not removed by %s, who may remove others", async (_, client) => {
    const error = refused(await client.delete(VERIFICATION, ref("shop-2-step")));
    expect(error.kind).toBe("forbidden");
    expect(error.message).toContain("goes when the release does");
    accepted(await client.create(VERIFICATION, object("own", { checks: passing })));
    accepted(await client.delete(VERIFICATION, ref("own")));
  });

  it("is not replaced once an administrator has removed it", async () => {
    accepted(await people.admin.delete(VERIFICATION, ref("shop-2-verify")));
    const again = object("shop-2-verify", { ...ofRelease, checks: passing }, { ownerReferences: [owner()] });
    expect(refused(await operator.create(VERIFICATION, again)).kind).toBe("forbidden");
  });

  it("goes with its release", async () => {
    const made = accepted(await people.admin.create(RELEASE, releaseObject("shop-3")));
    const of = { ...owner(), name: "shop-3", uid: made.metadata.uid ?? "" };
    const spec = { releaseRef: { name: "shop-3" }, checks: asking };
    const verification = object("shop-3-verify", spec, { ownerReferences: [of] });
    accepted(await people.admin.create(VERIFICATION, verification));
    accepted(await editor.delete(RELEASE, ref("shop-3")));
    await until("the garbage collector has taken it", () => isGone(ref("shop-3-verify")), 60_000);
  });

  it("goes with its namespace", async () => {
    const other = { name: "left", namespace: `${cluster.namespace}-left` };
    accepted(await people.admin.create(NAMESPACES, namespaceObject(other.namespace)));
    const verification = object(other.name, { ...ofRelease, checks: asking }, { namespace: other.namespace });
    accepted(await people.admin.create(VERIFICATION, verification));
    accepted(await people.admin.delete(NAMESPACES, { name: other.namespace }));
    await until("the namespace's controller has taken it", () => isGone(other), 60_000);
  });
});

describe("a name that somebody only claims", () => {
  const release = ref("shop-2");
  const abort = (by: string) => ({ spec: { control: { abort: { by, reason: "x" } } } });

  it("is refused by every kind of write", async () => {
    for (const by of ["head@example.com", "system:admin", `${OPERATOR} `, OPERATOR.toUpperCase(), ""]) {
      expect(refused(await operator.mergePatch(RELEASE, release, abort(by))).message).toMatch(/by/);
      const ops = [{ op: "add", path: "/spec/control", value: abort(by).spec.control }] as const;
      expect(refused(await operator.jsonPatch(RELEASE, release, ops)).message).toMatch(/by/);
      const whole = accepted(await operator.get(RELEASE, release));
      const applied = { ...whole, metadata: release, spec: { ...(whole.spec as object), ...abort(by).spec } };
      const { status: _, ...object } = applied;
      expect(refused(await operator.apply(RELEASE, object, { force: true })).message).toMatch(/by/);
    }
  });

  it("can't be had by asking in somebody else's name, without the right to impersonate", async () => {
    const account = { namespace: cluster.namespace, name: "default" };
    await until("the namespace has its account", async () => {
      return (await people.accountAs(account, OPERATOR).catch(() => undefined)) !== undefined;
    });
    const pretender = await people.accountAs(account, OPERATOR);
    const error = refused(await pretender.mergePatch(RELEASE, release, abort(OPERATOR)));
    expect(error.kind).toBe("forbidden");
    expect(error.message).toContain("cannot impersonate");
  });

  it("is a service account's own where one asks", async () => {
    const name = `system:serviceaccount:${cluster.namespace}:ci`;
    await cluster.bind(name, "bascule-operator");
    const ci = people.as(name);
    await until("its role is in force", async () => {
      const answer = await ci.mergePatch(RELEASE, release, abort("system:serviceaccount:other:ci"));
      return !answer.ok && answer.error.message.includes(`must be "${name}"`);
    });
    accepted(await ci.mergePatch(RELEASE, release, abort(name)));
  });
});
