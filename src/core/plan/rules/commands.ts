import { beginEnding, finish } from "../ending.ts";
import { isReverting } from "../phases.ts";
import { say } from "../run.ts";
import type { Rule } from "./rule.ts";

/** `abort` wins over all other commands: the candidate is taken back, or the release ends before any traffic. */
export const aborted: Rule = {
  name: "Aborted",
  apply(run) {
    const abort = run.release.spec.control?.abort;
    if (abort === undefined || isReverting(run.status.phase)) return false;
    const outcome = run.status.phase === "Preparing" ? "Cancelled" : "Reverted";
    beginEnding(run, {
      outcome,
      reason: "Aborted",
      message: `aborted by ${abort.by}: ${abort.reason}`,
      by: abort.by,
    });
    return true;
  },
};

/** `revert` is the same while the old slot is kept. */
export const revertAsked: Rule = {
  name: "RevertAsked",
  apply(run) {
    const revert = run.release.spec.control?.revert;
    if (revert === undefined || isReverting(run.status.phase)) return false;
    const outcome = run.status.phase === "Preparing" ? "Cancelled" : "Reverted";
    beginEnding(run, {
      outcome,
      reason: "RevertAsked",
      message: `taken back by ${revert.by}: ${revert.reason}`,
      by: revert.by,
    });
    return true;
  },
};

/** `acceptLive` ends a failed revert: a person says which side counts as live. */
export const liveAccepted: Rule = {
  name: "LiveAccepted",
  apply(run) {
    const accept = run.release.spec.control?.acceptLive;
    if (accept === undefined || run.status.phase !== "RevertFailed") return false;
    if (accept.slot !== run.frozen.slot && accept.slot !== run.frozen.live) {
      say(
        run,
        `control.acceptLive.slot: ${accept.slot} is no side of this release; give ${run.frozen.live} or ${run.frozen.slot}`,
      );
      return false;
    }
    run.status = { ...run.status, acceptedLive: accept.slot };
    finish(run, {
      outcome: "Reverted",
      reason: "LiveAccepted",
      message: `${accept.slot} accepted as live by ${accept.by}: ${accept.reason}`,
      by: accept.by,
    });
    return true;
  },
};
