import { describe, expect, it } from "vitest";
import { readAnswer } from "./prometheus-answer.ts";

const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: "success",
  data: { resultType, result },
  ...more,
});

describe("an answer of Prometheus", () => {
  it("is read as series with their samples in the order of time, and an identity that does not depend on label order", () => {
    const series = (metric: object) => ({
      metric,
      values: [
        [2.5, "7"],
        [1, "NaN"],
        [0.25, "+Inf"],
        [0, "-Inf"],
      ],
    });
    const read = readAnswer(200, success("matrix", [series({ a: "1", b: "2" }), series({ b: "2", a: "1" })]));
    if (!read.ok || read.value.type !== "matrix") throw new Error("no matrix");
    const [one, two] = read.value.series;
    expect(one?.id).toBe(two?.id);
    expect(one?.samples.map(({ at, value }) => [at, value])).toEqual([
      [0, Number.NEGATIVE_INFINITY],
      [250, Number.POSITIVE_INFINITY],
      [1_000, Number.NaN],
      [2_500, 7],
    ]);
  });

  it("is read as values, or as one number with its time", () => {
    expect(readAnswer(200, success("vector", [{ metric: {}, value: [1, "2"] }]))).toEqual({
      ok: true,
      value: { type: "vector", values: [2] },
    });
    expect(readAnswer(200, success("scalar", [1.5, "3"]))).toEqual({
      ok: true,
      value: { type: "scalar", at: 1_500, value: 3 },
    });
  });

  it.each<[string, number, unknown, string]>([
    [
      "a warning, because a part is missing then",
      200,
      success("vector", [], { warnings: ["store gateway down"] }),
      "PartialAnswer",
    ],
    [
      "an error of the query",
      400,
      { status: "error", errorType: "bad_data", error: "parse error" },
      "QueryFailed",
    ],
    ["a page of a proxy", 502, undefined, "NotPrometheus"],
    ["JSON of somebody else", 200, { ok: true }, "NotPrometheus"],
    ["a string", 200, success("string", [1, "x"]), "WrongType"],
    ["an unknown type", 200, success("table", []), "WrongType"],
    ["native histograms", 200, success("matrix", [{ metric: {}, histograms: [] }]), "NativeHistogram"],
    ["a native histogram", 200, success("vector", [{ metric: {}, histogram: [1, {}] }]), "NativeHistogram"],
    ["a value that is none", 200, success("vector", [{ metric: {}, value: [1, "seven"] }]), "NotPrometheus"],
    ["a value that is empty", 200, success("vector", [{ metric: {}, value: [1, ""] }]), "NotPrometheus"],
    ["samples without value", 200, success("matrix", [{ metric: {}, values: [[1]] }]), "NotPrometheus"],
  ])("is refused for %s", (_, status, body, reason) => {
    const read = readAnswer(status, body);
    expect(read).toMatchObject({ ok: false, error: { reason, message: expect.any(String) } });
  });
});
