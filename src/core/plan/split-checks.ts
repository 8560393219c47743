/**
 * Checks of the observed share are of one split. They count while that split is in force and nobody else's hand is
 * on it; before the next one is written they are ended, or the requests of the next split would count against this.
 */
import type { Check } from "../../api/check.ts";
import { isNewerForm } from "../../api/frozen.ts";
import { splitOf } from "../gate/defaults.ts";
import { isReverting } from "./phases.ts";
import { positionOf, type Run, resultsOf, stepOf, uidOf, weightOf } from "./run.ts";
import { says, splitFor } from "./splits.ts";

export const isSplitCheck = (check: Check): boolean => splitOf(check) !== undefined;

/** Holds during which somebody else's weights are on the route. */
const FOREIGN: ReadonlySet<string> = new Set(["ForeignEdit", "RouteContested", "RouteGone"]);

/** Whether the split that the Verification measures is the one that the present step asks for. */
export function splitLasts(run: Run, ofPresentStep: boolean): boolean {
  if (!ofPresentStep || isReverting(run.status.phase) || run.status.finishedAt !== undefined) return false;
  return positionOf(run).stage === "verify" && !FOREIGN.has(run.status.hold?.reason ?? "");
}

/** Whether a difference that was measured counts: the split lasts, and every traffic object says so. Of a step that is not understood none does. */
export const splitCounts = (run: Run, ofPresentStep: boolean): boolean =>
  !isNewerForm(run.frozen) &&
  splitLasts(run, ofPresentStep) &&
  run.observed.traffic.every((t) => says(t, splitFor(run.frozen, weightOf(stepOf(run)))));

/** Ends the checks of the release whose split is over. */
export function endSplitChecks(run: Run, present: string): void {
  const names = (run.frozen.checks ?? []).filter(isSplitCheck).map((check) => check.name);
  for (const v of Object.values(run.observed.verifications)) {
    if (v.release !== run.release.metadata.name || v.ended || splitLasts(run, v.name === present)) continue;
    const over = v.results.map((result) => result.name).filter((name) => names.includes(name));
    const open = over.filter((name) => v.endedChecks?.includes(name) !== true);
    if (open.length === 0) continue;
    const key = `${uidOf(run)}/end/${v.name}/split`;
    run.out.intents.push({ kind: "endChecks", key, name: v.name, checks: over });
  }
}

/** What the splits of a Verification were measured to be, for the journal. */
export const measuredSplits = (run: Run, verification: string): readonly string[] => {
  const names = (run.frozen.checks ?? []).filter(isSplitCheck).map((check) => check.name);
  return resultsOf(run, verification)
    .filter((result) => names.includes(result.name) && result.value !== undefined)
    .map((result) => result.message);
};
