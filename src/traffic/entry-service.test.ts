import { expect, it } from "vitest";
import { MemoryApi } from "../../test/conformance/traffic-router/memory-api.ts";
import type { ServiceObject } from "../core/traffic/entry-selector.ts";
import { EntrySelectors } from "./entry-service.ts";

const service = (
  name: string,
  selector: Readonly<Record<string, string>>,
  annotations?: Record<string, string>,
) =>
  ({
    metadata: { name, namespace: "ns", ...(annotations === undefined ? {} : { annotations }) },
    spec: { selector, ports: [{ port: 80 }] },
  }) as ServiceObject;
const slotOf = (slot: string, plan = "shop") => ({
  "bascule.dev/plan": plan,
  "bascule.dev/slot": slot,
  tier: "web",
});

function start(...services: readonly ServiceObject[]) {
  const api = new MemoryApi<ServiceObject>();
  for (const object of services) api.put(object, "pulumi");
  return { api, entries: new EntrySelectors(api) };
}
const WRITE = { namespace: "ns", service: "shop", plan: "shop" } as const;

it("reads the slot that a Service of the plan selects, and of no other", () => {
  const { entries } = start(
    service("shop", slotOf("blue")),
    service("cart", slotOf("blue", "cart")),
    service("own", { app: "shop" }),
  );
  expect(entries.observe("ns", "shop", "shop")).toEqual({ exists: true, slot: "blue" });
  expect(entries.observe("ns", "cart", "shop")).toEqual({ exists: true });
  expect(entries.observe("ns", "own", "shop")).toEqual({ exists: true });
  expect(entries.observe("ns", "nowhere", "shop")).toEqual({ exists: false });
});

it("changes the slot in the selector and our marks, and nothing else", async () => {
  const { api, entries } = start(service("shop", slotOf("blue"), { note: "mine" }));
  expect(await entries.select({ ...WRITE, slot: "green", run: "uid/1" })).toEqual({
    ok: true,
    value: undefined,
  });
  const stored = api.stored("ns", "shop");
  expect(stored?.spec).toEqual({ selector: slotOf("green"), ports: [{ port: 80 }] });
  expect(stored?.metadata.annotations).toEqual({ note: "mine", "bascule.dev/run": "uid/1" });
});

it("switches a preview without any mark, in one request", async () => {
  const { api, entries } = start(service("shop-preview", slotOf("blue")));
  const write = { ...WRITE, service: "shop-preview", slot: "green" } as const;
  expect(await entries.select(write)).toMatchObject({ ok: true });
  expect(await entries.select(write)).toMatchObject({ ok: true });
  expect(api.patches).toHaveLength(1);
  expect(api.stored("ns", "shop-preview")?.metadata.annotations).toBeUndefined();
});

it("never touches a Service that is not the plan's, nor a slot's own", async () => {
  const { api, entries } = start(
    service("shop", { app: "shop" }),
    service("shop-green", slotOf("green")),
    service("cart", slotOf("blue", "cart")),
  );
  for (const name of ["shop", "shop-green", "cart"]) {
    const answer = await entries.select({ ...WRITE, service: name, slot: "blue", run: "uid/1" });
    expect(answer).toMatchObject({ ok: false, error: { kind: "invalid" } });
  }
  expect(api.patches).toHaveLength(0);
  expect(await entries.select({ ...WRITE, service: "nowhere", slot: "blue" })).toMatchObject({
    error: { kind: "notFound" },
  });
});

it("does not write when the Service is turned into another one at the same moment", async () => {
  const { api, entries } = start(service("shop", slotOf("blue")));
  api.before.push(() =>
    api.edit("ns", "shop", "somebody", (object) => {
      (object.spec as { selector: Record<string, string> }).selector = { app: "theirs" };
    }),
  );
  expect(await entries.select({ ...WRITE, slot: "green", run: "uid/1" })).toMatchObject({
    error: { kind: "invalid" },
  });
  expect(api.stored("ns", "shop")?.spec?.selector).toEqual({ app: "theirs" });
});

it("fences late leaders off: after a revert, and after a later run", async () => {
  const { entries } = start(service("shop", slotOf("blue")));
  await entries.select({ ...WRITE, slot: "green", run: "a/1" });
  expect(await entries.select({ ...WRITE, slot: "blue", run: "a/1", reverts: true })).toMatchObject({
    ok: true,
  });
  const late = await entries.select({ ...WRITE, slot: "green", run: "a/1" });
  expect(late).toMatchObject({ error: { kind: "stale" } });
  expect(await entries.select({ ...WRITE, slot: "green", run: "b/2" })).toMatchObject({ ok: true });
  const older = await entries.select({ ...WRITE, slot: "blue", run: "a/1", reverts: true });
  expect(older).toMatchObject({ error: { kind: "stale" } });
  expect(entries.observe("ns", "shop", "shop")).toEqual({ exists: true, slot: "green", run: "b/2" });
});

it("is too late for a later run that begins at the same moment", async () => {
  const { api, entries } = start(service("shop", slotOf("blue"), { "bascule.dev/run": "a/1" }));
  const successor = new EntrySelectors(api);
  api.before.push(async () => {
    expect(await successor.select({ ...WRITE, slot: "blue", run: "b/2" })).toMatchObject({ ok: true });
  });
  const late = await entries.select({ ...WRITE, slot: "green", run: "a/1" });
  expect(late).toMatchObject({ error: { kind: "stale" } });
  expect(entries.observe("ns", "shop", "shop")).toEqual({ exists: true, slot: "blue", run: "b/2" });
});
