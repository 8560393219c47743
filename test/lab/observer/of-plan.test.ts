import { expect, it } from "vitest";
import { instant } from "../../../src/base/instant.ts";
import { ofPlan } from "./of-plan.ts";
import type { Seen, Sighting } from "./sighting.ts";

const seen = (sighting: Seen, index: number): Sighting => ({ ...sighting, at: instant(index) });
const route = (name: string): Seen => ({ kind: "route", name, shares: {} });
const deployment = (name: string): Seen => ({ kind: "deployment", name, generation: 1, replicas: 1 });

it("leaves out other plans and what is named after them, and keeps what is nobody's", () => {
  const kept: readonly Seen[] = [
    route("shop"),
    { kind: "plan", name: "shop" },
    deployment("shop-blue"),
    deployment("storefront"),
    { kind: "endpoints", service: "shop-blue", ready: 1 },
  ];
  const others: readonly Seen[] = [
    route("other"),
    deployment("other-blue"),
    { kind: "endpoints", service: "other-green", ready: 0 },
    {
      kind: "release",
      name: "other-1",
      phase: "",
      step: "",
      stage: "",
      weight: "",
      verdict: "",
      message: "",
    },
    { kind: "plan", name: "other" },
  ];
  expect(ofPlan([...others, ...kept].map(seen), "shop").map(({ at: _, ...rest }) => rest)).toEqual(kept);
  expect(ofPlan(kept.map(seen), "shop")).toHaveLength(kept.length);
});
