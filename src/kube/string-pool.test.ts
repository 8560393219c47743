import { expect, it } from "vitest";
import { StringPool } from "./string-pool.ts";

it("leaves a value equal to what it was, whatever is in it", () => {
  const text = JSON.stringify({
    ...{ none: null, yes: true, n: 1.5, empty: "", long: "x".repeat(5_000), list: ["a", ["a", {}], null] },
    ...JSON.parse('{"__proto__": {"a": "b"}, "constructor": "c"}'),
  });
  const value: unknown = JSON.parse(text);
  const shared = new StringPool().share(value);
  expect(shared).toBe(value);
  expect(JSON.stringify(shared)).toBe(text);
});

it("never holds more texts than it may, and nothing that is long", () => {
  const pool = new StringPool(10);
  for (let n = 0; n < 1_000; n++) {
    const value = { name: `name-${n}`, labels: { of: [`label-${n}`] }, long: `${n}`.repeat(300) };
    expect(pool.share(structuredClone(value))).toEqual(value);
    expect(pool.size).toBeLessThanOrEqual(10);
  }
});

it("keeps no versions and no times, which every change of an object has anew", () => {
  const pool = new StringPool();
  for (let n = 0; n < 100; n++) {
    const time = new Date(Date.UTC(2030, 0, 1) + n * 1_000).toISOString();
    pool.share({ metadata: { name: "shop", resourceVersion: `${n}`, creationTimestamp: time } });
  }
  expect(pool.size).toBe(1);
});
