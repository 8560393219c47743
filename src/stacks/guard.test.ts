import { autoscaling, core } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { Guard } from "./guard.ts";
import type { LiveObject } from "./live-objects.ts";
import { managerOf, ownerLabels } from "./names.ts";

const owner = ownerLabels("shop", "blue");
const mine: LiveObject = { labels: { ...owner } };
const foreign: LiveObject = { labels: { app: "old" } };

// biome-ignore lint/suspicious/noExplicitAny: inputs of whatever kind; tests look at single fields.
const made = new Map<string, any>();
beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      made.set(name, inputs);
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  }),
);
beforeEach(() => made.clear());

/** A guard over a cluster that holds these objects, by name. */
const guardOver = (
  objects: Readonly<Record<string, LiveObject>>,
  clusterScoped: readonly string[] = [],
): Guard =>
  new Guard({
    namespace: "shop",
    owner,
    labels: { ...owner, "bascule.dev/release": "shop-1" },
    podLabels: { ...owner, "bascule.dev/release": "shop-1" },
    manager: managerOf("blue"),
    clusterScoped,
    live: {
      kind: async ({ kind }) => ({ plural: `${kind.toLowerCase()}s`, namespaced: kind !== "Namespace" }),
      read: async ({ name }) => objects[name],
    },
  });

const configMap = (guard: Guard, name: string, spec: object = {}) =>
  new core.v1.ConfigMap(
    name,
    { metadata: { name }, data: { a: "b" }, ...spec },
    { transformations: [guard.transform] },
  );

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("nothing is registered before all live copies were looked at", async () => {
  const guard = guardOver({});
  configMap(guard, "one");
  configMap(guard, "two");
  await guard.check();
  await settled();
  expect(made.size).toBe(0);
  guard.open();
  await settled();
  expect([...made.keys()].sort()).toEqual(["one", "two"]);
});

test("every object gets namespace, labels and a constant manager; only a live one of ours may be forced", async () => {
  const guard = guardOver({ mine });
  configMap(guard, "new");
  configMap(guard, "mine");
  await guard.check();
  guard.open();
  await settled();
  const [fresh, known] = [made.get("new").metadata, made.get("mine").metadata];
  expect(fresh).toMatchObject({ namespace: "shop", labels: { ...owner, "bascule.dev/release": "shop-1" } });
  expect(fresh.annotations).toEqual({
    "pulumi.com/patchFieldManager": "bascule-stack-blue",
    "pulumi.com/skipAwait": "true",
  });
  expect(known.annotations["pulumi.com/patchForce"]).toBe("true");
});

test("one foreign object refuses all, and the message names it", async () => {
  const guard = guardOver({ taken: foreign });
  for (const name of ["free", "taken"]) configMap(guard, name).id.apply(() => undefined);
  await expect(guard.check()).rejects.toMatchObject({
    class: "conflict",
    message: expect.stringMatching(/^ConfigMap taken is there already and is not this slot's/),
  });
  await settled();
  expect(made.size).toBe(0);
});

test("an object of the plan's other slot is foreign too", async () => {
  const guard = guardOver({ other: { labels: { ...ownerLabels("shop", "green") } } });
  configMap(guard, "other");
  await expect(guard.check()).rejects.toMatchObject({ class: "conflict" });
});

test("an autoscaler says what floor its program declares, and keeps the one that stands there", async () => {
  const guard = guardOver({ known: { labels: { ...owner }, spec: { minReplicas: 5 } } });
  const make = (name: string, spec: object) =>
    new autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata: { name },
        spec: { maxReplicas: 9, scaleTargetRef: { kind: "Deployment", name: "web" }, ...spec },
      },
      { transformations: [guard.transform] },
    );
  make("known", { minReplicas: 2 });
  make("fresh", { minReplicas: 2 });
  make("silent", {});
  await guard.check();
  guard.open();
  await settled();
  const noted = (name: string) => made.get(name).metadata.annotations["bascule.dev/declared-floor"];
  expect([noted("known"), noted("fresh"), noted("silent")]).toEqual(["2", "2", "1"]);
  expect(made.get("known").spec.minReplicas).toBe(5);
  expect(made.get("fresh").spec.minReplicas).toBe(2);
});

test("a name that is not known beforehand is refused", async () => {
  const guard = guardOver({});
  new core.v1.ConfigMap(
    "late",
    { metadata: { name: pulumi.output("late") } },
    { transformations: [guard.transform] },
  );
  await expect(guard.check()).rejects.toMatchObject({
    class: "invalid",
    message: expect.stringMatching(/metadata.name/),
  });
});

test("cluster-scoped kinds pass only where an administrator allowed them", async () => {
  const make = (guard: Guard) =>
    new core.v1.Namespace("n", { metadata: { name: "n" } }, { transformations: [guard.transform] });
  const refused = guardOver({});
  make(refused);
  await expect(refused.check()).rejects.toMatchObject({ class: "forbidden" });
  const allowed = guardOver({}, ["v1/Namespace"]);
  make(allowed);
  await expect(allowed.check()).resolves.toBeUndefined();
});

test("fields that others own keep their live value when an object is adopted", async () => {
  const live: LiveObject = { labels: { ...owner }, spec: { selector: { slot: "green" }, ports: [] } };
  const guard = guardOver({ entry: live });
  const make = (name: string) =>
    new core.v1.Service(
      name,
      { metadata: { name }, spec: { selector: { slot: "blue" }, ports: [{ port: 80 }] } },
      { transformations: [guard.transform], ignoreChanges: ["spec.selector"] },
    );
  make("entry");
  make("fresh");
  await guard.check();
  guard.open();
  await settled();
  expect(made.get("entry").spec).toEqual({ selector: { slot: "green" }, ports: [{ port: 80 }] });
  expect(made.get("fresh").spec.selector).toEqual({ slot: "blue" });
});
