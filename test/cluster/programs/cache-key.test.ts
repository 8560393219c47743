import fc from "fast-check";
import { expect, test } from "vitest";
import { cacheKey, cacheRoot } from "./cache-key.ts";
import { FAMILIES, renderBuildArgs } from "./families.ts";

test("a change in any part changes the key, and the order of parts does not", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(cacheKey({ a, b })).toBe(cacheKey({ b, a }));
      expect(cacheKey({ a: `${a}x`, b })).not.toBe(cacheKey({ a, b }));
      expect(cacheKey({ a, b: `${b}x` })).not.toBe(cacheKey({ a, b }));
    }),
  );
});

test("text that moves from one part to the next gives another key", () => {
  expect(cacheKey({ a: "xy", b: "z" })).not.toBe(cacheKey({ a: "x", b: "yz" }));
});

test("the cache follows XDG_CACHE_HOME and falls back to the home folder", () => {
  expect(cacheRoot({ XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe("/c/bascule");
  expect(cacheRoot({ HOME: "/h" })).toBe("/h/.cache/bascule");
});

test("every family stamps a version, and tags appear only where there are any", () => {
  for (const family of FAMILIES) {
    const args = renderBuildArgs(family);
    expect(args.join(" ")).toMatch(/-ldflags -s -w -X \S+=\S+/);
    expect(args.includes("-tags")).toBe(family.tags.length > 0);
  }
});
