import { describe, expect, it } from "vitest";
import { readQuantity, renderBytes, renderCores } from "./quantity.ts";

describe("quantities", () => {
  it.each([
    ["250m", 0.25],
    ["2", 2],
    ["1.5", 1.5],
    ["1Gi", 2 ** 30],
    ["128Mi", 128 * 2 ** 20],
    ["2k", 2_000],
    ["2e3", 2_000],
    ["1E", 1e18],
    [4, 4],
  ])("%s is %d", (text, number) => {
    expect(readQuantity(text)).toBeCloseTo(number);
  });

  it.each(["", "x", "1 Gi", "1gi", "--2", undefined, Number.NaN])("%s is none", (text) => {
    expect(readQuantity(text)).toBeUndefined();
  });

  it("are shown short", () => {
    expect([64 * 2 ** 20, 1.5 * 2 ** 30, 0, -(2 ** 20)].map(renderBytes)).toEqual([
      "64Mi",
      "1.5Gi",
      "0",
      "-1Mi",
    ]);
    expect([0.25, 1.5, 0, -0.1].map(renderCores)).toEqual(["250m", "1.5", "0", "-100m"]);
  });
});
