import { expect, it } from "vitest";
import { OwnWrites } from "./own-writes.ts";

const version = (resourceVersion: string, uid = "u") => ({
  metadata: { namespace: "ns", name: "shop", uid, resourceVersion },
});

function start(cached: ReturnType<typeof version> | undefined) {
  const cache = { object: cached };
  const seen = new OwnWrites<ReturnType<typeof version>>(() => cache.object);
  return { cache, seen };
}

it("shows our own write until the cache has it, and what came later at once", () => {
  const { cache, seen } = start(version("9"));
  seen.remember(version("10"));
  expect(seen.get({ namespace: "ns", name: "shop" })).toEqual(version("10"));
  cache.object = version("10");
  expect(seen.get({ namespace: "ns", name: "shop" })).toBe(cache.object);
  cache.object = version("11");
  expect(seen.get({ namespace: "ns", name: "shop" })).toBe(cache.object);
});

it("does not hide that the object is gone", () => {
  const { cache, seen } = start(version("9"));
  seen.remember(version("10"));
  cache.object = undefined;
  expect(seen.get({ namespace: "ns", name: "shop" })).toBeUndefined();
});

it("never goes back to an earlier write", () => {
  const { seen } = start(version("9"));
  seen.remember(version("12"));
  seen.remember(version("11"));
  expect(seen.get({ namespace: "ns", name: "shop" })).toEqual(version("12"));
});

it("believes the cache where versions are no numbers", () => {
  const { cache, seen } = start(version("abc"));
  seen.remember(version("abd"));
  expect(seen.get({ namespace: "ns", name: "shop" })).toBe(cache.object);
});

it("remembers a bounded number of objects", () => {
  const seen = new OwnWrites<{ metadata: { name: string; resourceVersion: string } }>(({ name }) => ({
    metadata: { name, resourceVersion: "1" },
  }));
  for (let i = 0; i < 1_200; i++) seen.remember({ metadata: { name: `r${i}`, resourceVersion: "2" } });
  expect(seen.get({ name: "r0" })?.metadata.resourceVersion).toBe("1");
  expect(seen.get({ name: "r1199" })?.metadata.resourceVersion).toBe("2");
});

it("keeps nothing of what is gone: neither the write that let it go, nor one before that", () => {
  const { seen } = start(undefined);
  seen.remember(version("10"));
  seen.forget("ns/shop");
  expect(seen.size).toBe(0);
  const leaving = (finalizers: readonly string[]) => {
    const { metadata } = version("11");
    return { metadata: { ...metadata, deletionTimestamp: "2030-01-01T00:00:00Z", finalizers } };
  };
  seen.remember(leaving(["example.com/mine"]));
  expect(seen.size).toBe(1);
  seen.remember(leaving([]));
  expect(seen.size).toBe(0);
});
