import type { FrozenStep } from "../../../api/frozen.ts";
import type { Strategy } from "../../../api/release-plan.ts";
import { EVERYTHING } from "../../../base/weight.ts";
import { deployStep, observeStep, type StrategyInput, trafficStep, verifyStep } from "./steps.ts";

/** deploy · verify at 0 % through the preview Service · (wait) · 100 % at once · verify · observe. */
export const compileBlueGreen = (
  blueGreen: NonNullable<Strategy["blueGreen"]>,
  input: StrategyInput,
): readonly FrozenStep[] => [
  deployStep(input, EVERYTHING),
  verifyStep(input, EVERYTHING, blueGreen.hold),
  trafficStep(input, EVERYTHING),
  observeStep(input),
];
