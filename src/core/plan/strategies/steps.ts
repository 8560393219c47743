import type { Check, Moment } from "../../../api/check.ts";
import type { FrozenStep } from "../../../api/frozen.ts";
import type { Timing } from "../../../api/release-plan.ts";
import { EVERYTHING, NOTHING, renderWeight, type Weight } from "../../../base/weight.ts";
import { splitOf } from "../../gate/defaults.ts";

/** What every strategy compiles from. */
export interface StrategyInput {
  readonly checks: readonly Check[];
  readonly timing: Timing;
  /** Nothing serves yet: there is nothing to share traffic with and nothing to go back to. */
  readonly first: boolean;
}

/** Names of the checks that run at a moment. */
export const checksAt = (checks: readonly Check[], moment: Moment): readonly string[] =>
  checks.filter((c) => c.when?.includes(moment)).map((c) => c.name);

/** What can be measured in a step with this share: a split needs two sides that get requests. */
const checksWith = (input: StrategyInput, weight: Weight): readonly string[] => {
  const split = !input.first && weight > NOTHING && weight < EVERYTHING;
  return checksAt(
    input.checks.filter((check) => split || splitOf(check) === undefined),
    "steps",
  );
};

/** Step that builds the idle slot; `capacityFor` is the first share it will get. */
export const deployStep = (input: StrategyInput, capacityFor: Weight): FrozenStep => ({
  name: "deploy",
  kind: "deploy",
  weight: 0,
  checks: [],
  deadline: input.timing.progress,
  capacityFor: renderWeight(capacityFor),
});

/** Step that judges the candidate before any user's request reaches it. */
export const verifyStep = (input: StrategyInput, capacityFor: Weight, hold?: string): FrozenStep => ({
  name: "verify",
  kind: "verify",
  weight: 0,
  ...(hold === undefined ? {} : { hold }),
  moment: "beforeTraffic",
  checks: [...checksAt(input.checks, "beforeTraffic")],
  deadline: input.timing.step,
  capacityFor: renderWeight(capacityFor),
});

/** Step that gives the candidate a share and judges it there. */
export const trafficStep = (
  input: StrategyInput,
  weight: Weight,
  hold?: string,
  name?: string,
): FrozenStep => ({
  name: name ?? `weight-${renderWeight(weight).replace("%", "").replace(".", "-")}`,
  kind: "traffic",
  weight: renderWeight(weight),
  ...(hold === undefined ? {} : { hold }),
  moment: "steps",
  checks: [...checksWith(input, weight)],
  deadline: input.timing.step,
  capacityFor: renderWeight(weight),
});

/** Step at 100 % in which the old slot stays warm. */
export const observeStep = (input: StrategyInput): FrozenStep => ({
  name: "observe",
  kind: "observe",
  weight: "100%",
  hold: input.timing.observe,
  moment: "observe",
  checks: [...checksAt(input.checks, "observe")],
  deadline: input.timing.step,
  capacityFor: "100%",
});
