import type { FrozenStep } from "../../../api/frozen.ts";
import { EVERYTHING } from "../../../base/weight.ts";
import { deployStep, observeStep, type StrategyInput, trafficStep, verifyStep } from "./steps.ts";

/** deploy · verify at 0 % · 100 % · verify · observe. Also what every strategy is when nothing is live yet. */
export const compileDirect = (input: StrategyInput): readonly FrozenStep[] => [
  deployStep(input, EVERYTHING),
  verifyStep(input, EVERYTHING),
  trafficStep(input, EVERYTHING),
  ...(input.first ? [] : [observeStep(input)]),
];
