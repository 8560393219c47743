import { describe, expect, it } from "vitest";
import type { Run } from "./run.ts";
import { checksOf, verificationName } from "./verification.ts";

const CHECKS = ["health", "golden"].map((name) => ({ name, http: { path: "/" } }));

/** A release in its second step, at some attempt. */
const run = (attempt: number): Run =>
  ({
    release: { metadata: { name: "shop-2" } },
    frozen: {
      checks: CHECKS,
      steps: [
        { name: "weight-20", checks: ["golden"] },
        { name: "weight-20-2", checks: ["health"] },
        { name: "weight-50", checks: ["health"] },
      ],
    },
    status: { position: { step: 2, attempt } },
  }) as unknown as Run;
const names = (of: Run, verification: string): readonly string[] =>
  checksOf(of, verification).map((c) => c.name);

describe("checks by the name of their Verification", () => {
  it("are those of the step, at its first attempt and at later ones", () => {
    expect(verificationName(run(1), "weight-50")).toBe("shop-2-weight-50");
    expect(verificationName(run(3), "weight-50")).toBe("shop-2-weight-50-3");
    expect(names(run(1), "shop-2-weight-50")).toEqual(["health"]);
    expect(names(run(3), "shop-2-weight-50-3")).toEqual(["health"]);
  });

  it("are those of a former step too, which go on until the present one has its own", () => {
    expect(names(run(1), "shop-2-weight-20")).toEqual(["golden"]);
    expect(names(run(1), "shop-2-weight-20-3")).toEqual(["golden"]);
  });

  it("are those of the step that is named so, where its name ends like an attempt", () => {
    expect(names(run(1), "shop-2-weight-20-2")).toEqual(["health"]);
  });

  it("are none for a Verification of no step", () => {
    expect(names(run(1), "shop-2-live")).toEqual([]);
    expect(names(run(1), "shop-2-back-2")).toEqual([]);
  });
});
