import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import type { ServiceObject } from "../../../src/core/traffic/entry-selector.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { EntrySelectors } from "../../../src/traffic/entry-service.ts";
import { kubeAccess } from "../../../src/traffic/kube-access.ts";
import { TYPES } from "../../../src/world/types.ts";
import { HandCache, must, ownNamespace, testClient } from "./api-world.ts";

const client = testClient();
const namespace = `traffic-entry-${randomUUID().slice(0, 8)}`;
const cache = new HandCache();
const entries = new EntrySelectors(
  kubeAccess<ServiceObject & KubeObject>(TYPES.services, cache, { client, deadline: seconds(20) }),
);
let removeNamespace: () => Promise<void> = async () => undefined;

const read = async (name: string) =>
  must(await client.get(TYPES.services, { namespace, name })) as unknown as ServiceObject;

beforeAll(async () => {
  removeNamespace = await ownNamespace(client, namespace);
  const metadata = { name: "shop", namespace };
  const selector = { "bascule.dev/plan": "shop", "bascule.dev/slot": "blue", tier: "web" };
  const spec = { selector, ports: [{ port: 80 }] };
  must(
    await client.create(TYPES.services, { apiVersion: "v1", kind: "Service", metadata, spec } as KubeObject),
  );
});
afterAll(async () => {
  await removeNamespace();
  await client.transport.close();
});

it("moves the selector's slot alone, back and forth, and fences late leaders off", async () => {
  const write = { namespace, service: "shop", plan: "shop" } as const;
  expect(await entries.select({ ...write, slot: "green", run: "uid/1" })).toEqual({
    ok: true,
    value: undefined,
  });
  const moved = await read("shop");
  expect(moved.spec?.selector).toEqual({
    "bascule.dev/plan": "shop",
    "bascule.dev/slot": "green",
    tier: "web",
  });
  const same = await entries.select({ ...write, slot: "green", run: "uid/1" });
  expect(same).toMatchObject({ ok: true });
  expect((await read("shop")).metadata.resourceVersion).toBe(moved.metadata.resourceVersion);
  expect(await entries.select({ ...write, slot: "blue", run: "uid/1", reverts: true })).toMatchObject({
    ok: true,
  });
  expect(await entries.select({ ...write, slot: "green", run: "uid/1" })).toMatchObject({
    error: { kind: "stale" },
  });
  expect((await read("shop")).spec?.selector?.["bascule.dev/slot"]).toBe("blue");
});

it("leaves a Service alone that does not select the plan's slots", async () => {
  const before = await read("shop");
  const other = await entries.select({ namespace, service: "shop", plan: "cart", slot: "green" });
  expect(other).toMatchObject({ ok: false, error: { kind: "invalid" } });
  expect(await read("shop")).toEqual(before);
});

it("makes a former Service an entry in one request, and no other one", async () => {
  const metadata = { name: "storefront", namespace, annotations: { note: "mine" } };
  const ports = [
    { name: "http", port: 80, targetPort: 8080 },
    { name: "web", port: 81, targetPort: "http" },
  ];
  const spec = { selector: { app: "storefront" }, ports };
  must(
    await client.create(TYPES.services, { apiVersion: "v1", kind: "Service", metadata, spec } as KubeObject),
  );
  const write = { namespace, service: "storefront", plan: "shop", slot: "blue" } as const;
  const unfit = await entries.takeOver({ ...write, pods: { numbers: [9090], names: ["http"] } });
  expect(unfit).toMatchObject({ ok: false, error: { kind: "invalid" } });
  expect((await read("storefront")).spec?.selector).toEqual({ app: "storefront" });
  const pods = { numbers: [8080], names: ["http"] };
  expect(await entries.takeOver({ ...write, pods })).toMatchObject({ ok: true });
  const after = await read("storefront");
  expect(after.spec?.selector).toEqual({ "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" });
  expect(after.spec?.ports).toMatchObject(ports);
  expect(after.metadata.annotations).toEqual({
    note: "mine",
    "bascule.dev/entry": "shop",
    "bascule.dev/former-selector": '{"app":"storefront"}',
  });
  // Again, as after a crash: nothing is written. From then on it moves like any entry.
  expect(await entries.takeOver({ ...write, pods })).toMatchObject({ ok: true });
  expect((await read("storefront")).metadata.resourceVersion).toBe(after.metadata.resourceVersion);
  expect(await entries.select({ ...write, slot: "green", run: "uid/7" })).toMatchObject({ ok: true });
  expect(await entries.takeOver({ ...write, pods })).toMatchObject({ ok: true });
  expect((await read("storefront")).spec?.selector?.["bascule.dev/slot"]).toBe("green");
});
