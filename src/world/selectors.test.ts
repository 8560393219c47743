import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MARK } from "../api/object.ts";
import { keysOfLabels, selectorKey, selects } from "./selectors.ts";

describe("a label selector", () => {
  const labels = { app: "shop", tier: "web" };

  it("matches when every label has its value", () => {
    expect(selects({ matchLabels: { app: "shop" } }, labels)).toBe(true);
    expect(selects({ matchLabels: { app: "shop", tier: "db" } }, labels)).toBe(false);
    expect(selects({ matchLabels: { zone: "a" } }, labels)).toBe(false);
  });

  it("that is empty matches everything, as a budget's does", () => {
    expect(selects({}, labels)).toBe(true);
    expect(selects({ matchLabels: {}, matchExpressions: [] }, {})).toBe(true);
  });

  it.each([
    ["In", "app", ["shop", "cart"], true],
    ["In", "app", ["cart"], false],
    ["In", "zone", ["a"], false],
    ["NotIn", "app", ["cart"], true],
    ["NotIn", "app", ["shop"], false],
    ["NotIn", "zone", ["a"], true],
    ["Exists", "app", [], true],
    ["Exists", "zone", [], false],
    ["DoesNotExist", "zone", [], true],
    ["DoesNotExist", "app", [], false],
  ])("%s on %s with %j says %s", (operator, key, values, expected) => {
    expect(selects({ matchExpressions: [{ key, operator, values }] }, labels)).toBe(expected);
  });

  it("with an operator that is not known selects, in doubt", () => {
    expect(selects({ matchExpressions: [{ key: "app", operator: "Like", values: [] }] }, labels)).toBe(true);
  });

  it("needs labels and expressions to agree", () => {
    const both = {
      matchLabels: { app: "shop" },
      matchExpressions: [{ key: "tier", operator: "DoesNotExist" }],
    };
    expect(selects(both, labels)).toBe(false);
  });
});

describe("the index of selectors", () => {
  const set = fc.dictionary(
    fc.constantFrom("app", "tier", "zone", MARK.plan, MARK.slot, MARK.managedBy),
    fc.constantFrom("a", "b", "c"),
  );

  it("finds every selector that selects one of the label sets", () => {
    fc.assert(
      fc.property(set, fc.array(set), (matchLabels, sets) => {
        if (!sets.some((labels) => selects({ matchLabels }, labels))) return;
        expect(keysOfLabels("ns", sets)).toContain(selectorKey("ns", matchLabels));
      }),
    );
  });

  it("finds no selector of another namespace", () => {
    fc.assert(
      fc.property(set, fc.array(set), (matchLabels, sets) => {
        expect(keysOfLabels("ns", sets)).not.toContain(selectorKey("other", matchLabels));
      }),
    );
  });

  it("prefers the label that tells most, so that one plan's lookup is not every plan's", () => {
    const ours = { [MARK.managedBy]: "bascule", [MARK.slot]: "blue", [MARK.plan]: "shop" };
    expect(selectorKey("ns", ours)).toBe(`ns/${MARK.plan}=shop`);
    expect(selectorKey("ns", { [MARK.managedBy]: "bascule", app: "shop" })).toBe("ns/app=shop");
    expect(selectorKey("ns", {})).toBe("ns/*");
  });
});
