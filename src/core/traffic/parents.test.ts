import { expect, it } from "vitest";
import {
  accepting,
  condition,
  NAMESPACE,
  PARENT,
  route,
} from "../../../test/conformance/traffic-router/small-route.ts";
import type { ParentRef } from "../../api/release-plan.ts";
import { readAcceptance } from "./parents.ts";
import type { RouteParentStatus } from "./route-object.ts";

const web: ParentRef = { ...PARENT, sectionName: "web" };
const tls: ParentRef = { ...PARENT, sectionName: "tls" };
const read = (parents: readonly ParentRef[], ...entries: readonly RouteParentStatus[]) =>
  readAcceptance({ ...route([]), status: { parents: entries } }, NAMESPACE, parents);

it("accepts when every counting parent says so for this generation", () => {
  expect(read([PARENT], accepting())).toEqual({ accepted: true });
  expect(read([web, tls], { ...accepting(), parentRef: web })).toMatchObject({ accepted: false });
  expect(read([], accepting())).toMatchObject({ accepted: false });
});

it("waits while the word is about an older generation", () => {
  expect(read([PARENT], accepting(2))).toMatchObject({ problem: expect.stringContaining("generation 3") });
  expect(read([PARENT])).toMatchObject({ problem: expect.stringContaining("has not reported") });
});

it("does not listen to another section of the same gateway", () => {
  const refused = { ...accepting(), parentRef: tls, conditions: [condition("Accepted", "False")] };
  expect(read([web], { ...accepting(), parentRef: web }, refused)).toEqual({ accepted: true });
  expect(read([web], refused)).toMatchObject({ accepted: false });
});

it("means every listener where the plan names none", () => {
  const refused = {
    ...accepting(),
    parentRef: tls,
    conditions: [condition("Accepted", "False"), condition("ResolvedRefs")],
  };
  expect(read([PARENT], { ...accepting(), parentRef: web }, refused)).toMatchObject({
    problem: "parent gateways/edge: Accepted is False",
  });
});

it("takes group, kind and namespace by their defaults", () => {
  const full = { ...PARENT, group: "gateway.networking.k8s.io", kind: "Gateway" };
  expect(read([PARENT], { ...accepting(), parentRef: full })).toEqual({ accepted: true });
  expect(
    read([{ name: "edge" }], { ...accepting(), parentRef: { name: "edge", namespace: NAMESPACE } }),
  ).toEqual({
    accepted: true,
  });
  expect(read([{ name: "edge" }], accepting())).toMatchObject({ accepted: false });
});

it("needs ResolvedRefs as well, and repeats the gateway's own words", () => {
  const unresolved = {
    ...accepting(),
    conditions: [
      condition("Accepted"),
      { ...condition("ResolvedRefs", "False"), reason: "BackendNotFound", message: "no Service shop-blue" },
    ],
  };
  expect(read([PARENT], unresolved)).toEqual({
    accepted: false,
    problem: "parent gateways/edge: ResolvedRefs is False (BackendNotFound: no Service shop-blue)",
  });
});

it("forgets what a controller that is gone left behind, but believes both that are present", () => {
  const left = {
    ...accepting(1),
    controllerName: "example.com/former",
    conditions: [condition("Accepted", "False", 1)],
  };
  expect(read([PARENT], left, accepting())).toEqual({ accepted: true });
  const present = { ...left, conditions: [condition("Accepted", "False"), condition("ResolvedRefs")] };
  expect(read([PARENT], present, accepting())).toMatchObject({ accepted: false });
});

it("listens to the entry that is exactly the plan's parent, and then to no listener beside it", () => {
  const refused = { ...accepting(), parentRef: tls, conditions: [condition("Accepted", "False")] };
  expect(read([PARENT], accepting(), refused)).toEqual({ accepted: true });
});
