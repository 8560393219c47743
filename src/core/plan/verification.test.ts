import { describe, expect, it } from "vitest";
import { instant } from "../../base/instant.ts";
import { emptyOutput } from "./decision.ts";
import { type Run, withdraw } from "./run.ts";
import { checksOf, startVerification, verificationName } from "./verification.ts";

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

describe("the start of checks", () => {
  const KEY = "shop-2/verify/shop-2-weight-50";
  /** `stored`: intents that the stored status names. */
  const starting = (stored: readonly string[]): Run => {
    const { release, frozen, status } = run(1);
    const intents = stored.map((key) => ({ key, kind: "verify", since: "", attempt: 1 }));
    return {
      release: { ...release, status: { intents } },
      frozen: { ...frozen, slot: "green", live: "none", timing: { step: "1m" }, package: {}, targets: [] },
      status: { ...status, intents },
      observed: { plan: { metadata: { name: "shop" } }, verifications: {} },
      now: instant(0),
      out: emptyOutput(),
    } as unknown as Run;
  };
  const start = (of: Run): Run => {
    const checks = of.frozen.checks ?? [];
    startVerification(of, {
      name: "shop-2-weight-50",
      side: "green",
      step: "weight-50",
      moment: "steps",
      checks,
    });
    return of;
  };

  it("is written down before it is carried out", () => {
    const { out, status } = start(starting([]));
    expect(out.first).toEqual([]);
    expect(out.intents.map(({ key }) => key)).toEqual([KEY]);
    expect(status.intents?.map(({ key }) => key)).toEqual([KEY]);
  });

  it("that is written down waits for no other status, so that nobody goes unjudged whose status is refused", () => {
    const { out } = start(starting([KEY]));
    expect(out.first.map(({ key }) => key)).toEqual([KEY]);
    expect(out.intents).toEqual([]);
  });

  it("is withdrawn when the release ends in the same pass", () => {
    const ending = start(starting([KEY]));
    withdraw(ending);
    expect([...ending.out.first, ...ending.out.intents]).toEqual([]);
  });
});
