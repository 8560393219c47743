import type { FrozenStep } from "../../../api/frozen.ts";
import type { Strategy } from "../../../api/release-plan.ts";
import { compileBlueGreen } from "./blue-green.ts";
import { compileCanary } from "./canary.ts";
import { compileDirect } from "./direct.ts";
import type { StrategyInput } from "./steps.ts";

/** Compiles the one strategy of a plan to its steps. Admission sees to it that there is exactly one. */
export function compileStrategy(strategy: Strategy, input: StrategyInput): readonly FrozenStep[] {
  if (input.first || strategy.direct !== undefined) return compileDirect(input);
  if (strategy.blueGreen !== undefined) return compileBlueGreen(strategy.blueGreen, input);
  if (strategy.canary !== undefined) return compileCanary(strategy.canary, input);
  return compileDirect(input);
}
