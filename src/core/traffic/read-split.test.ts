import { expect, it } from "vitest";
import {
  BACKENDS,
  NAMESPACE,
  ref,
  route,
  target,
} from "../../../test/conformance/traffic-router/small-route.ts";
import { readSplit } from "./read-split.ts";

const read = (...rules: Parameters<typeof route>[0]) =>
  readSplit(route(rules), NAMESPACE, target(rules.length > 1 ? ["a", "b"] : undefined), BACKENDS);

it("counts a missing weight as 1 and several backendRefs of one Service together", () => {
  const rule = { backendRefs: [ref("shop-blue"), ref("shop-green", 2), ref("shop-blue", 1)] };
  expect(read(rule).split).toEqual({ blue: 5_000, green: 5_000 });
});

it("takes only Services of the same name, port and namespace for ours", () => {
  const refs = [
    ref("shop-blue", 1, { namespace: NAMESPACE, group: "", kind: "Service" }),
    ref("shop-blue", 1, { port: 81 }),
    ref("shop-blue", 1, { namespace: "other" }),
    ref("shop-blue", 1, { group: "multicluster.x-k8s.io", kind: "ServiceImport" }),
  ];
  const { split, foreign } = read({ backendRefs: refs });
  expect(split).toEqual({ blue: 2_500 });
  expect(foreign).toEqual([
    "shop-blue:81",
    "other/shop-blue:80",
    "ServiceImport.multicluster.x-k8s.io shop-blue:80",
  ]);
});

it("shows the largest share of each side where the rules differ, so that nothing with traffic looks idle", () => {
  const a = { name: "a", backendRefs: [ref("shop-blue", 100), ref("shop-green", 0)] };
  const b = { name: "b", backendRefs: [ref("shop-blue", 60), ref("shop-green", 40)] };
  expect(read(a, b)).toMatchObject({ mixed: true, split: { blue: 10_000, green: 4_000 } });
  expect(read(b, { ...b, name: "b2" })).toMatchObject({ missingRules: ['"a"'] });
});

it("does not call rules mixed that say the same in other units", () => {
  const a = { name: "a", backendRefs: [ref("shop-blue", 90), ref("shop-green", 10)] };
  const b = { name: "b", backendRefs: [ref("shop-green", 1), ref("shop-blue", 9)] };
  expect(read(a, b)).toMatchObject({ mixed: false, split: { blue: 9_000, green: 1_000 } });
});

it("names a side that only one of the rules has lost", () => {
  const a = { name: "a", backendRefs: [ref("shop-blue", 100), ref("shop-green", 0)] };
  const b = { name: "b", backendRefs: [ref("shop-blue", 100)] };
  expect(read(a, b).missing).toContain("green");
  expect(read(a, { ...a, name: "b" }).missing).toEqual(["adopted"]);
});
