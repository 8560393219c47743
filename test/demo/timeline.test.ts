import { expect, test } from "vitest";
import { instant } from "../../src/base/instant.ts";
import type { Sighting } from "../lab/observer/sighting.ts";
import { Timeline } from "./timeline.ts";

function printed(isTTY: boolean, ...sightings: readonly Sighting[]): readonly string[] {
  let text = "";
  const sink = { write: (part: string) => (text += part), isTTY };
  const timeline = new Timeline(sink, instant(0));
  for (const sighting of sightings) timeline.show(sighting);
  return text.trimEnd().split("\n");
}

const release = (at: number, stage: string, verdict: string): Sighting => ({
  at: instant(at),
  ...{
    kind: "release",
    name: "shop-v2",
    phase: "Shifting",
    step: "weight-20",
    weight: "20%",
    message: "holding",
  },
  stage,
  verdict,
});

test("a line appears when phase, step, weight or verdict change, and not when only the stage does", () => {
  expect(
    printed(
      false,
      release(1_000, "shift", "waiting"),
      release(1_200, "verify", "waiting"),
      release(2_500, "verify", "passed"),
    ),
  ).toEqual([
    "   1.0 s  shop-v2   Shifting   weight-20   20% waiting  holding",
    "   2.5 s  shop-v2   Shifting   weight-20   20% passed   holding",
  ]);
});

test("a split is printed once", () => {
  const split = (at: number): Sighting => ({
    at: instant(at),
    kind: "route",
    name: "shop",
    shares: { a: 80, b: 20 },
  });
  expect(printed(false, split(1_000), split(2_000))).toEqual(["   1.0 s  route     a 80 %, b 20 %"]);
});

test("colour is for terminals", () => {
  expect(printed(true, release(0, "", ""))[0]).toContain("\u001b[");
  expect(printed(false, release(0, "", ""))[0]).not.toContain("\u001b[");
});
