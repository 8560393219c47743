import { describe, expect, test } from "vitest";
import { instant } from "../../../src/base/instant.ts";
import { lawsBroken, sharesOf } from "./laws.ts";
import { readRoute, type Seen, type Sighting } from "./sighting.ts";

const SIDES = { plan: "shop", adopted: "storefront" };
const END = instant(100_000);

/** Sightings one second apart. */
const logOf = (...seen: readonly Seen[]): readonly Sighting[] =>
  seen.map((s, i) => ({ at: instant(i * 1_000), ...s }));

const route = (shares: Readonly<Record<string, number>>): Seen => ({ kind: "route", name: "shop", shares });
const ready = (service: string, n: number): Seen => ({ kind: "endpoints", service, ready: n });
const plan = (live: string, active?: string): Seen => ({
  kind: "plan",
  name: "shop",
  live,
  ...(active === undefined ? {} : { active }),
});
const deployment = (slot: string, generation: number, replicas: number): Seen => ({
  kind: "deployment",
  name: `shop-${slot}`,
  slot,
  generation,
  replicas,
});
const laws = (...seen: readonly Seen[]): readonly string[] =>
  lawsBroken(logOf(...seen), SIDES, END).map((b) => b.law);

const CANARY: readonly Seen[] = [
  ready("shop-blue", 4),
  route({ "shop-blue": 100, "shop-green": 0 }),
  deployment("blue", 1, 4),
  plan("blue", "shop-2"),
  deployment("green", 1, 1),
  ready("shop-green", 1),
  route({ "shop-blue": 80, "shop-green": 20 }),
  deployment("green", 2, 4),
  ready("shop-green", 4),
  route({ "shop-blue": 0, "shop-green": 100 }),
  plan("green"),
  deployment("blue", 2, 0),
  ready("shop-blue", 0),
];

test("an ordinary canary breaks no law", () => {
  expect(laws(...CANARY)).toEqual([]);
  expect(sharesOf(logOf(...CANARY), "shop-green")).toEqual([0, 20, 100]);
});

describe("a breach is found:", () => {
  test("traffic to a slot without ready endpoints", () => {
    expect(laws(ready("shop-blue", 0), route({ "shop-blue": 100 }))).toEqual(["traffic to the unready"]);
  });

  test("a share beyond what the replicas stand for", () => {
    const log = CANARY.map((s) =>
      s.kind === "endpoints" && s.ready === 4 && s.service === "shop-green" ? ready("shop-green", 3) : s,
    );
    expect(laws(...log)).toEqual(["capacity before traffic"]);
  });

  test("the live Deployment changed", () => {
    expect(laws(...CANARY.slice(0, 7), deployment("blue", 2, 4))).toEqual(["live side touched"]);
  });

  test("the user's own Deployment changed, whatever is live", () => {
    const own = (generation: number): Seen => ({ kind: "deployment", name: "own", generation, replicas: 3 });
    expect(laws(plan("blue"), own(1), own(2))).toEqual(["live side touched"]);
  });

  test("a pod of the live side sent away", () => {
    const leaving: Seen = { kind: "pod", name: "p", slot: "blue", leaving: true };
    expect(laws(...CANARY.slice(0, 7), leaving, leaving)).toEqual(["live side touched"]);
  });

  test("a pod of the user's own Service sent away while it is live, a Job's pod is none", () => {
    const leaving = (app: string): Seen => ({ kind: "pod", name: app, app, leaving: true });
    expect(laws(plan("adopted", "shop-1"), leaving("storefront"))).toEqual(["live side touched"]);
    expect(laws(plan("adopted", "shop-1"), leaving("smoke"))).toEqual([]);
  });

  test("the idle slot scaled down while it gets traffic", () => {
    expect(laws(...CANARY.slice(0, 10), deployment("green", 3, 3))).toEqual(["scaled under traffic"]);
  });
});

test("a state across two watches counts only when it lasts", () => {
  const log = [
    { at: instant(0), ...ready("shop-blue", 0) },
    { at: instant(1), ...route({ "shop-blue": 100 }) },
    { at: instant(300), ...ready("shop-blue", 1) },
  ];
  expect(lawsBroken(log, SIDES, END)).toEqual([]);
});

test("shares of a route count a missing weight as one", () => {
  const object = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "shop" },
    spec: { rules: [{ backendRefs: [{ name: "a" }, { name: "b", weight: 3 }] }] },
  };
  expect(readRoute(object)).toMatchObject({ shares: { a: 25, b: 75 } });
});
