import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SegmentObject } from "../../src/core/record/segment.ts";
import { anyScenario } from "./world/arbitraries.ts";
import { runWorld } from "./world/run-world.ts";
import { runs, seed } from "./world/runs.ts";

const TIMEOUT_MS = 3_600_000;

describe("the laws hold in every world", () => {
  it("in which only stacks, pods, gateways and checks misbehave", { timeout: TIMEOUT_MS }, async () => {
    const worlds = anyScenario({ events: 0, faults: 0, blindness: 0 });
    await fc.assert(
      fc.asyncProperty(worlds, async (scenario) => void (await runWorld(scenario))),
      { numRuns: runs(25), ...seed() },
    );
  });

  it("in which people interfere", { timeout: TIMEOUT_MS }, async () => {
    const worlds = anyScenario({ events: 5, faults: 0, blindness: 0 });
    await fc.assert(
      fc.asyncProperty(worlds, async (scenario) => void (await runWorld(scenario))),
      { numRuns: runs(45), ...seed() },
    );
  });

  it("in which the controller is killed, delayed and lied to", { timeout: TIMEOUT_MS }, async () => {
    const worlds = anyScenario({ events: 5, faults: 6, blindness: 3 });
    await fc.assert(
      fc.asyncProperty(worlds, async (scenario) => void (await runWorld(scenario))),
      { numRuns: runs(70), ...seed() },
    );
  });

  it("in which somebody else has the names of journals' segments", { timeout: TIMEOUT_MS }, async () => {
    const worlds = anyScenario({ events: 3, faults: 4, blindness: 1 });
    const taken = { atMs: 0, deed: { kind: "takeJournalNames" } } as const;
    await fc.assert(
      fc.asyncProperty(worlds, async (scenario) => {
        const { cluster } = await runWorld({ ...scenario, events: [taken, ...scenario.events] });
        const foreign = cluster.store
          .list("configMaps")
          .filter((o) => "mine" in (o as SegmentObject & { data: object }).data);
        expect(foreign).toHaveLength(9);
      }),
      { numRuns: runs(15), ...seed() },
    );
  });
});
