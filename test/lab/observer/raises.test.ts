import { expect, test } from "vitest";
import { instant } from "../../../src/base/instant.ts";
import { raisesWithoutCapacity } from "./raises.ts";
import type { Seen, Sighting } from "./sighting.ts";

const SIDES = { plan: "shop", adopted: "storefront" };

const ready = (side: string, n: number): Seen => ({ kind: "endpoints", service: `shop-${side}`, ready: n });
const split = (green: number): Seen => ({
  kind: "route",
  name: "shop",
  shares: { "shop-blue": 100 - green, "shop-green": green },
});
const START: readonly (readonly [number, Seen])[] = [
  [-6_000, ready("blue", 4)],
  [0, split(0)],
  [0, { kind: "plan", name: "shop", live: "blue", active: "shop-2" }],
];

/** What is found in sightings at these milliseconds, after a start with four replicas live for six seconds. */
const found = (...seen: readonly (readonly [number, Seen])[]): readonly string[] => foundSince(0, ...seen);
function foundSince(from: number, ...seen: readonly (readonly [number, Seen])[]): readonly string[] {
  const log: readonly Sighting[] = [...START, ...seen].map(([at, s]) => ({ at: instant(at), ...s }));
  return raisesWithoutCapacity(log, SIDES, instant(from));
}

test("a candidate that is large enough when it is raised", () => {
  expect(found([1_000, ready("green", 4)], [5_000, split(100)])).toEqual([]);
});

test("a candidate that is too small for as long as watches may be apart", () => {
  expect(found([1_000, ready("green", 3)], [5_000, split(100)], [7_000, ready("green", 4)])).toEqual([
    "1970-01-01T00:00:05.000Z: green was raised to 100 % with 3 of 4 at -3500 ms, 3 of 4 at 0 ms",
  ]);
});

test("the raise is seen first, and the endpoints that it waited for right after it", () => {
  expect(found([5_000, split(100)], [6_000, ready("green", 4)])).toEqual([]);
});

test("the live side grows just before the raise is seen: what held until then was enough", () => {
  expect(found([1_000, ready("green", 4)], [4_950, ready("blue", 6)], [5_000, split(100)])).toEqual([]);
});

test("the live side had grown long before", () => {
  const raised = [10_000, split(100)] as const;
  expect(found([1_000, ready("green", 4)], [2_400, ready("blue", 6)], raised)).toHaveLength(1);
});

test("the live side had more for less than six seconds", () => {
  const raised = [10_000, split(100)] as const;
  const grown = [2_400, ready("blue", 6)] as const;
  expect(found([1_000, ready("green", 4)], grown, [8_300, ready("blue", 4)], raised)).toEqual([]);
  expect(found([1_000, ready("green", 4)], grown, [8_400, ready("blue", 4)], raised)).toHaveLength(1);
});

test("what the live side had for long before the release, and no more right after its start, is not asked for", () => {
  const rest = [[1_600, ready("green", 3)] as const, [5_000, split(100)] as const];
  expect(found([1_400, ready("blue", 3)], ...rest)).toEqual([]);
  expect(found([1_600, ready("blue", 3)], ...rest)).toHaveLength(1);
});

test("a share needs its part, rounded up", () => {
  expect(found([1_000, ready("green", 1)], [5_000, split(25)])).toEqual([]);
  expect(found([1_000, ready("green", 1)], [5_000, split(26)])).toHaveLength(1);
});

test("what was found of an earlier release is not found again", () => {
  expect(foundSince(6_000, [5_000, split(100)])).toEqual([]);
});
