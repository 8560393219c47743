import { never } from "../../../base/never.ts";
import { positionOf } from "../run.ts";
import { applyStacks } from "../steps/apply.ts";
import { holdLiveFloor, scaleCandidate } from "../steps/scale.ts";
import { applyShared } from "../steps/shared.ts";
import { shiftTraffic } from "../steps/shift.ts";
import { verifyStep } from "../steps/verify.ts";
import type { Rule } from "./rule.ts";

/** Nothing is in the way: go on with the step where it stands. */
export const step: Rule = {
  name: "Step",
  apply(run) {
    const { stage } = positionOf(run);
    holdLiveFloor(run);
    switch (stage) {
      case "shared":
        applyShared(run);
        return true;
      case "apply":
        applyStacks(run);
        return true;
      case "scale":
        scaleCandidate(run);
        return true;
      case "shift":
        shiftTraffic(run);
        return true;
      case "verify":
        verifyStep(run);
        return true;
      default:
        throw never(stage, "stage");
    }
  },
};
