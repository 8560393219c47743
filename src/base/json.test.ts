import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, sameJson } from "./json.ts";

describe("sameJson", () => {
  it("knows neither the order of members nor those that are undefined", () => {
    expect(sameJson({ a: 1, b: { c: [1, null] } }, { b: { d: undefined, c: [1, null] }, a: 1 })).toBe(true);
    expect(sameJson(undefined, null)).toBe(true);
  });

  it("tells null from none, a list from an object and one order of items from another", () => {
    expect(sameJson({ a: null }, {})).toBe(false);
    expect(sameJson({ a: null }, { b: null })).toBe(false);
    expect(sameJson([], {})).toBe(false);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
    expect(sameJson({}, null)).toBe(false);
  });

  it("agrees with the canonical text", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(fc.property(json, json, (a, b) => sameJson(a, b) === (canonicalJson(a) === canonicalJson(b))));
    fc.assert(fc.property(json, (a) => sameJson(a, JSON.parse(JSON.stringify(a)))));
  });
});
