import { expect, it } from "vitest";
import {
  BACKENDS,
  NAMESPACE,
  ref,
  route,
  target,
} from "../../../test/conformance/traffic-router/small-route.ts";
import { locateRules } from "./locate-rules.ts";

const ours = { backendRefs: [ref("shop-blue", 1), ref("shop-green", 0)] };
const trial = { backendRefs: [ref("shop-green", 1)] };
const alien = { backendRefs: [ref("docs", 1)] };
const locate = (rules: Parameters<typeof route>[0], names?: readonly string[]) => {
  const { found, missing } = locateRules(route(rules), NAMESPACE, target(names), BACKENDS);
  return { found: found.map(({ index }) => index), missing };
};

it("finds named rules wherever they have moved to", () => {
  const rules = [alien, { name: "b", ...ours }, { name: "a", ...ours }];
  expect(locate(rules, ["a", "b"])).toEqual({ found: [2, 1], missing: [] });
});

it("never takes another rule for a named one that is gone", () => {
  expect(locate([ours], ["a"])).toEqual({ found: [], missing: ['"a"'] });
});

it("finds the rule without a name although people have put others before it", () => {
  expect(locate([alien, ours])).toEqual({ found: [1], missing: [] });
  expect(locate([trial, ours])).toEqual({ found: [1], missing: [] });
});

it("finds the only rule even when all its backends were removed", () => {
  expect(locate([{}])).toEqual({ found: [0], missing: [] });
});

it("keeps to the rule's place where two look alike, and gives up where that is no help", () => {
  expect(locate([ours, ours])).toEqual({ found: [0], missing: [] });
  expect(locate([alien, ours, ours])).toEqual({ found: [], missing: ["number 1"] });
  expect(locate([alien, alien])).toEqual({ found: [], missing: ["number 1"] });
});
