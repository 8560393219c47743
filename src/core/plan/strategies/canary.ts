import type { FrozenStep } from "../../../api/frozen.ts";
import type { Strategy } from "../../../api/release-plan.ts";
import { EVERYTHING, readWeight } from "../../../base/weight.ts";
import { deployStep, observeStep, type StrategyInput, trafficStep, verifyStep } from "./steps.ts";

/** deploy · verify at 0 % · for each step: weight, hold, verify · 100 % · observe. */
export function compileCanary(
  canary: NonNullable<Strategy["canary"]>,
  input: StrategyInput,
): readonly FrozenStep[] {
  const shares = canary.steps.map((s) => readWeight(s.weight));
  const first = shares[0] ?? EVERYTHING;
  return [
    deployStep(input, first),
    verifyStep(input, first),
    ...canary.steps.map((s) => trafficStep(input, readWeight(s.weight), s.hold, s.name)),
    trafficStep(input, EVERYTHING),
    observeStep(input),
  ];
}
