import { describe, expect, it } from "vitest";
import { milliseconds } from "../base/duration.ts";
import { findBounded, testBounded } from "./bounded-regex.ts";

describe("a bounded regular expression", () => {
  it("matches, does not match, and tells what is none", () => {
    expect(testBounded("^o.$", "ok")).toBe("match");
    expect(testBounded("^o.$", "not ok")).toBe("noMatch");
    expect(testBounded("(", "ok")).toBe("invalid");
  });

  it("gives up on one that would take years", () => {
    const started = performance.now();
    expect(testBounded("^(a+)+$", `${"a".repeat(60)}b`, milliseconds(50))).toBe("tooSlow");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("keeps nothing of one test for the next", () => {
    expect(testBounded("secret", "a secret")).toBe("match");
    expect(testBounded("secret", "nothing")).toBe("noMatch");
  });
});

describe("a bounded regular expression over lines", () => {
  it("finds the first line that it matches", () => {
    expect(findBounded("^b", ["a", "ab", "b", "bb"])).toBe(2);
    expect(findBounded("^c", ["a", "b"])).toBeUndefined();
    expect(findBounded("(", ["a"])).toBe("invalid");
  });

  it("gives up on lines that would take years", () => {
    expect(findBounded("^(a+)+$", [`${"a".repeat(60)}b`], milliseconds(50))).toBe("tooSlow");
  });
});
