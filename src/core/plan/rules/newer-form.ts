import { FROZEN_FORMAT, isNewerForm } from "../../../api/frozen.ts";
import { isReverting } from "../phases.ts";
import { awaitPerson, endLongWait, holdRelease, personAnswered, releaseHold } from "./holds.ts";
import type { Rule } from "./rule.ts";

/**
 * A later version of the controller has started this release and another one was put in its place. Steps that are not understood are not
 * executed: traffic stays where it is, and every way back (the rules before this one) is open.
 */
export const newerForm: Rule = {
  name: "NewerForm",
  apply(run) {
    if (isReverting(run.status.phase)) return false;
    if (!isNewerForm(run.frozen)) {
      if (run.status.hold?.reason === "NewerForm") {
        releaseHold(run, "NewerForm");
        personAnswered(run);
      }
      return false;
    }
    holdRelease(
      run,
      "NewerForm",
      `a later version of the controller started this release (form ${run.frozen.format}, this one knows ${FROZEN_FORMAT}); install that version again to go on, or abort`,
    );
    awaitPerson(run);
    endLongWait(run);
    return true;
  },
};
