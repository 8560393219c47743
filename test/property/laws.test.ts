import fc from "fast-check";
import { describe, it } from "vitest";
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
});
