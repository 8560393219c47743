import { expect, test } from "vitest";
import { instant } from "../../../src/base/instant.ts";
import { Answers } from "./answers.ts";
import type { Shot } from "./record.ts";

const shot = (due: number, status: number, version: string, error = ""): Shot => ({
  due,
  latency: 10,
  status,
  version,
  error,
});

function given(...shots: readonly Shot[]): Answers {
  const answers = new Answers();
  answers.add(shots);
  return answers;
}

test("a failing version's own failures are not lost requests, everybody else's are", () => {
  const answers = given(
    shot(0, 200, "v1"),
    shot(10, 500, "v4"),
    shot(20, 503, ""),
    shot(30, 0, "", "ECONNRESET"),
    shot(40, 500, "v1"),
  );
  const { lost, causes, requests } = answers.figures({}, "v4");
  expect({ lost, requests }).toEqual({ lost: 3, requests: 5 });
  expect(causes).toEqual({ "503 from the gateway": 1, ECONNRESET: 1, "500 from v1": 1 });
  expect(answers.figures().lost).toBe(4);
});

test("a request without version is lost also when no version is excepted", () => {
  expect(given(shot(0, 502, "")).figures().lost).toBe(1);
});

test("first and last answer of a version are the times at which the answers were complete", () => {
  const answers = given(shot(200, 200, "v2"), shot(100, 200, "v2"), shot(150, 200, "v1"));
  expect(answers.figures().versions.find((v) => v.version === "v2")).toEqual({
    version: "v2",
    answers: 2,
    failures: 0,
    first: 110,
    last: 210,
  });
});

test("a window takes in what ended within it", () => {
  const answers = given(shot(0, 200, "v1"), shot(100, 200, "v2"), shot(200, 200, "v2"));
  const window = { from: instant(100), to: instant(110) };
  expect(answers.figures(window).requests).toBe(1);
  expect(answers.share("v2", window)).toBe(1);
  expect(answers.share("v2", {})).toBeCloseTo(2 / 3);
  expect(answers.share("v2", { from: instant(10_000) })).toBeUndefined();
});

test("what was under way while there was an outage is not lost by anybody else, before and after it is", () => {
  const answers = given(
    shot(0, 503, ""),
    shot(95, 503, ""),
    shot(150, 0, "", "ECONNREFUSED"),
    shot(205, 502, ""),
    shot(155, 500, "v4"),
  );
  const outage = { from: instant(100), to: instant(200) };
  expect(answers.lostOutside([outage]).map(({ due }) => due)).toEqual([0, 205]);
  expect(answers.lostOutside([], {}, "v4")).toHaveLength(4);
});
