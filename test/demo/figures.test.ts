import { expect, test } from "vitest";
import { milliseconds } from "../../src/base/duration.ts";
import { instant } from "../../src/base/instant.ts";
import { Answers } from "../lab/load/answers.ts";
import type { Seen, Sighting } from "../lab/observer/sighting.ts";
import { BAD, CHAPTERS, type Chapter } from "./chapters.ts";
import { type DemoFigures, measureChapter, measureDemo, renderFigures, unmet } from "./figures.ts";

const phase = (at: number, name: string): Sighting => ({
  at: instant(at),
  ...{
    kind: "release",
    name: "shop-v4",
    phase: name,
    step: "",
    stage: "",
    weight: "",
    verdict: "",
    message: "",
  },
});
const route = (at: number, green: number): Sighting => ({
  at: instant(at),
  ...({
    kind: "route",
    name: "shop",
    shares: { "shop-blue": 100 - green, "shop-green": green },
  } satisfies Seen),
});
const V4 = CHAPTERS.find(({ version }) => version === BAD) as Chapter;
const LOG = [
  phase(1_000, "Preparing"),
  phase(3_000, "Shifting"),
  route(3_500, 20),
  phase(4_000, "Reverting"),
  route(4_100, 0),
  phase(5_000, "Reverted"),
];

/** Figures of a v4 that answers from 3.6 s for `time` milliseconds. */
function figuresOf(time: number, lost = false): DemoFigures {
  const answers = new Answers();
  const shot = { latency: 0, error: "" };
  answers.add([
    { ...shot, due: 3_600, status: 500, version: BAD },
    { ...shot, due: 3_600 + time, status: 200, version: BAD },
    { ...shot, due: 4_000, status: lost ? 502 : 200, version: lost ? "" : "v3" },
  ]);
  const window = { from: instant(0), to: instant(10_000) };
  const chapter = measureChapter(V4, LOG, answers, window);
  const ready = (service: string): Sighting => ({ at: instant(0), kind: "endpoints", service, ready: 3 });
  const log = [ready("shop-blue"), ready("shop-green"), ...LOG];
  return measureDemo([chapter], log, answers, window.to);
}

test("phases, shares and exposure are measured from what was seen", () => {
  const { chapters, exposure, requests, lost } = figuresOf(900);
  expect(chapters[0]).toMatchObject({
    phase: "Reverted",
    shares: [0, 20, 0],
    phases: { Preparing: 2_000, Shifting: 1_000, Reverting: 1_000 },
    total: 4_000,
  });
  expect({ exposure, requests, lost }).toEqual({
    exposure: { time: 900, untilRevert: 500, requests: 2, failures: 1 },
    requests: 3,
    lost: 0,
  });
});

test("all is well when everything is as expected", () => {
  expect(unmet(figuresOf(2_000), [V4])).toEqual([]);
});

test.each([
  ["too long an exposure", figuresOf(2_100), "longer than 2000 ms"],
  ["a lost request", figuresOf(900, true), '1 requests were lost: {"502 from the gateway":1}'],
  [
    "a version that never failed",
    {
      ...figuresOf(900),
      exposure: { time: milliseconds(0), untilRevert: milliseconds(0), requests: 0, failures: 0 },
    },
    "never failed",
  ],
  ["a broken law", { ...figuresOf(900), breaches: ["a law"] }, "a law"],
  ["a release that is missing", { ...figuresOf(900), chapters: [] }, "shop-v4 is missing, not Reverted"],
])("%s is found", (_what, figures, message) => {
  expect(unmet(figures, [V4])).toEqual([expect.stringContaining(message)]);
});

test("other shares than those of the strategy are found", () => {
  const figures = figuresOf(900);
  const chapters = figures.chapters.map((c) => ({ ...c, shares: [0, 20, 50, 0] }));
  expect(unmet({ ...figures, chapters }, [V4])).toEqual(["shop-v4 had 0 → 20 → 50 → 0 %, not 0 → 20 → 0 %"]);
});

test("the table names every release and the exposure", () => {
  const text = renderFigures(figuresOf(900));
  expect(text).toContain("shop-v4  green  Reverted");
  expect(text).toContain("0.90 s, 2 requests, 1 of them failed");
});
