/** What every adapter of the port `TrafficRouter` must do. Each file that runs them gives worlds of its own. */
import { describe } from "vitest";
import { adoptionCases } from "./adoption-cases.ts";
import { fenceCases } from "./fence-cases.ts";
import { forwardCases } from "./forward-cases.ts";
import { observationCases } from "./observation-cases.ts";
import { revertCases } from "./revert-cases.ts";
import type { MakeWorld } from "./world.ts";

export function trafficRouterCases(adapter: string, makeWorld: MakeWorld): void {
  describe(`${adapter}: adoption`, () => adoptionCases(makeWorld));
  describe(`${adapter}: forward writes`, () => forwardCases(makeWorld));
  describe(`${adapter}: reverts`, () => revertCases(makeWorld));
  describe(`${adapter}: the fence between runs`, () => fenceCases(makeWorld));
  describe(`${adapter}: reading what others wrote`, () => observationCases(makeWorld));
}
