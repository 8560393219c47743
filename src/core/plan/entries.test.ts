import { describe, expect, it } from "vitest";
import { canaryPlan, observation } from "../../../test/api/cli/support/observed.ts";
import { entriesOf, entryNames, madeEntry } from "./entries.ts";

const since = "2026-05-01T10:00:00.000Z";
const plan = canaryPlan();

describe("the entry Services of a plan", () => {
  it("are one of the plan's name, unless the user's own has it", () => {
    expect(entryNames(plan, undefined)).toEqual({ entryService: "shop" });
    expect(entryNames(plan, undefined, "storefront")).toEqual({ entryService: "shop" });
    expect(entryNames(plan, undefined, "shop")).toEqual({});
  });

  it("are none of ours in later releases either, while the user's own has the name", () => {
    const status = { observedGeneration: 1, liveSlot: "blue", legacyService: "shop" } as const;
    expect(entryNames(plan, status)).toEqual({});
  });

  it("are the former Service once it is taken over, and the one that was made before", () => {
    const adopted = (service: string, done: boolean) =>
      entryNames(plan, {
        observedGeneration: 1,
        legacyService: service,
        adoption: { service, since, ...(done ? { doneAt: since } : {}) },
      });
    expect(adopted("storefront", false)).toEqual({ entryService: "shop" });
    expect(adopted("storefront", true)).toEqual({ entryService: "storefront", madeEntries: ["shop"] });
    expect(adopted("shop", true)).toEqual({ entryService: "shop", madeEntries: [] });
  });

  it("are made by the entry stack only where they are ours", () => {
    expect(madeEntry({ entryService: "shop" })).toBe("shop");
    expect(madeEntry({})).toBeUndefined();
    expect(madeEntry({ entryService: "storefront", madeEntries: ["shop"] })).toBe("shop");
    expect(madeEntry({ entryService: "shop", madeEntries: [] })).toBeUndefined();
  });

  it("are left alone when somebody points the user's own elsewhere", () => {
    const former = { service: "storefront", exists: true, marked: true, targets: [] } as const;
    const { observed } = observation(plan, [], { former });
    const names = { entryService: "storefront", madeEntries: ["shop"] };
    expect(entriesOf(observed, names)).toEqual([
      { service: "storefront", exists: false },
      { service: "shop", exists: true, slot: "blue" },
    ]);
    const follows = { ...observed, former: { ...former, slot: "green" } } as const;
    expect(entriesOf(follows, names)[0]).toEqual({ service: "storefront", exists: true, slot: "green" });
  });
});
