import { beginEnding, close, readyEndpoints } from "../ending.ts";
import { isBeingDeleted } from "../guard-plan.ts";
import { isReverting } from "../phases.ts";
import { candidate, liveBefore, move, type Run, runId, stepOf } from "../run.ts";
import { largestShare } from "../splits.ts";
import { allPassed, firstFailure, verificationName } from "../verification.ts";
import { aborted } from "./commands.ts";
import type { Rule } from "./rule.ts";

/** The route carries a revert that status does not know of: a crash came between the two, or the status was refused. */
export const revertedOnRoute: Rule = {
  name: "RevertedOnRoute",
  apply(run) {
    if (isReverting(run.status.phase)) return false;
    if (!run.observed.traffic.some((t) => t.reverted === runId(run))) return false;
    // Its cause stands on record where it is still known.
    if (aborted.apply(run) || gateFailed.apply(run)) return true;
    beginEnding(run, {
      outcome: "Reverted",
      reason: "RevertFound",
      message: "a traffic object says that this release was taken back; going on with that",
    });
    return true;
  },
};

/** A blocking check has failed: back, at once, whatever else was going on. */
export const gateFailed: Rule = {
  name: "GateFailed",
  apply(run) {
    const { position } = run.status;
    if (position === undefined) return false;
    // The present step's own too before its name is stored: a refused status must not keep a failure from counting.
    const present = verificationName(run, stepOf(run).name);
    const failure = [...new Set([position.verification ?? present, present])]
      .map((name) => firstFailure(run, name))
      .find((found) => found !== undefined);
    if (failure === undefined) return false;
    run.status = { ...run.status, verdict: "failed" };
    beginEnding(run, {
      outcome: "Reverted",
      reason: "GateFailed",
      message: `${stepOf(run).name}: ${failure.name}: ${failure.message}`,
    });
    return true;
  },
};

/** The candidate has traffic and nothing ready to serve it, while the old side could. */
export const candidateLost: Rule = {
  name: "CandidateLost",
  apply(run) {
    const slot = candidate(run);
    const exposed = largestShare(run.observed.traffic, slot) > 0;
    if (!exposed || run.observed.slots[slot].readyEndpoints > 0) return false;
    if (liveBefore(run) !== "none" && readyEndpoints(run, liveBefore(run)) === 0) return false;
    beginEnding(run, {
      outcome: "Reverted",
      reason: "CandidateLost",
      message: `${slot} has traffic but no ready endpoint${problemOf(run)}`,
    });
    return true;
  },
};

/** What people should know about the candidate's pods, as the end of a sentence. */
export function problemOf(run: Run): string {
  const problem = run.observed.slots[candidate(run)].workloads.find((w) => w.problem !== undefined)?.problem;
  if (problem === undefined) return "";
  const remedy = REMEDIES.find(([text]) => `${problem.reason} ${problem.message}`.includes(text))?.[1];
  return `: ${problem.reason}: ${problem.message}${remedy === undefined ? "" : `; ${remedy}`}`;
}

const REMEDIES: readonly (readonly [text: string, remedy: string])[] = [
  ["exceeded quota", "raise that quota, or lower capacity.replicas of the plan"],
  ["ImagePull", "correct the image in spec.package, or give the pods the right to pull it"],
  ["InvalidImageName", "correct the image in spec.package"],
  ["CrashLoopBackOff", "see the log of that container"],
  ["Unschedulable", "make room on the nodes, or lower the pods' requests"],
];

/** A newer release that passed its own gates takes the place of one that is not yet observing. */
export const superseded: Rule = {
  name: "Superseded",
  apply(run) {
    if (run.newer === undefined) return false;
    if (run.status.phase === "Observing") {
      if (run.frozen.onNewer !== "finish") return false;
      const name = run.status.position?.verification;
      const green = name === undefined || allPassed(run, name);
      if (!green) return false;
      completeNow(run, "FinishedEarly", `observation ended early for ${run.newer}`);
      return true;
    }
    if (run.status.phase !== "Preparing" && run.status.phase !== "Shifting") return false;
    beginEnding(run, {
      outcome: "Superseded",
      reason: "Superseded",
      message: `superseded by ${run.newer}`,
    });
    return true;
  },
};

/** The object is being deleted: abort before observing, complete while observing; traffic stays after that. */
export const deleted: Rule = {
  name: "Deleted",
  apply(run) {
    const { metadata } = run.release;
    const planDeleted = isBeingDeleted(run.observed.plan);
    if (metadata.deletionTimestamp === undefined && !planDeleted) return false;
    if (isReverting(run.status.phase)) return false;
    const what = planDeleted ? "its plan is being deleted" : "it is being deleted";
    const reason = planDeleted ? "PlanDeleted" : "Deleted";
    if (run.status.phase === "Observing") completeNow(run, reason, `completed because ${what}`);
    else beginEnding(run, { outcome: "Cancelled", reason, message: `taken back because ${what}` });
    return true;
  },
};

/** Ends the release well. The plan's live side flips with it. */
export function completeNow(run: Run, reason: string, message: string, by?: string): void {
  close(run);
  move(run, { phase: "Completed", reason, message, ...(by === undefined ? {} : { by }) });
}
