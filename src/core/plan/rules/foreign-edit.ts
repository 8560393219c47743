import { instant, readInstant, renderInstant } from "../../../base/instant.ts";
import { NOTHING, type Weight } from "../../../base/weight.ts";
import { classifyEdit, type EditContext, type ForeignEdit } from "../../traffic/classify-edit.ts";
import type { TrafficObservation } from "../../traffic/observation.ts";
import { readyEndpoints } from "../ending.ts";
import { isMadeAgain, madeAgain } from "../entry-gone.ts";
import { isReverting } from "../phases.ts";
import { candidate, enterStage, note, positionOf, type Run, stepOf, weightOf } from "../run.ts";
import { shareOf, splitFor } from "../splits.ts";
import { writeSplit } from "../steps/shift.ts";
import { targetIn } from "../traffic-write.ts";
import { awaitPerson, endLongWait, holdRelease, personAnswered, releaseHold } from "./holds.ts";
import type { Rule } from "./rule.ts";

/** Corrections of a foreign edit that are made within the span before the route counts as contested. */
const MAX_CORRECTIONS = 3;
const CORRECTION_SPAN_MS = 600_000;

interface Edit {
  readonly seen: TrafficObservation;
  readonly kind: ForeignEdit;
}

/**
 * Somebody else changed our weights while a split was in force. A lowered candidate is obeyed and held: an
 * SRE's hand wins. Anything that sends users where they must not be is corrected, a few times.
 */
export const foreignEdit: Rule = {
  name: "ForeignEdit",
  apply(run) {
    if (isReverting(run.status.phase) || positionOf(run).stage !== "verify") return false;
    if (run.observed.traffic.length === 0 || stepOf(run).kind === "verify") return false;
    const wanted = splitFor(run.frozen, weightOf(stepOf(run)));
    const edits: readonly Edit[] = run.observed.traffic.map((seen) => ({
      seen,
      kind: classifyEdit(seen, wanted, contextOf(run)),
    }));
    const edited = edits.filter((e) => e.kind !== "none");
    if (edited.length === 0) return back(run);
    if (resumed(run) || isRemade(run, edited)) return restart(run);
    const seen = edited.map((e) => e.seen);
    if (edited.every((e) => e.kind === "lowered")) return obey(run, seen);
    const gone = edited.filter((e) => e.kind === "gone").map((e) => e.seen);
    if (gone.length > 0) return holdGone(run, gone);
    if (edited.some((e) => e.kind === "backendRemoved")) return returnRemoved(run, seen);
    return correct(run, seen, weightOf(stepOf(run)));
  },
};

const contextOf = (run: Run): EditContext => ({
  candidate: candidate(run),
  ready: {
    blue: readyEndpoints(run, "blue") > 0,
    green: readyEndpoints(run, "green") > 0,
    adopted: readyEndpoints(run, "adopted") > 0,
  },
});

/** What was gone and has been made again carries a split of its own, and that is nobody's edit. */
const isRemade = (run: Run, edits: readonly Edit[]): boolean =>
  run.status.hold?.reason === "RouteGone" &&
  edits.every(({ kind, seen }) => kind !== "gone" && targetIn(run.frozen.targets, seen)?.created === true);

/** Without the object, or its rules, there is nothing to write: it is made again, or a person has to bring it back. */
function holdGone(run: Run, seen: readonly TrafficObservation[]): boolean {
  const names = seen.map((t) => `${t.target.kind} ${t.target.name}`);
  const message = seen.every((t) => isMadeAgain(run, t))
    ? madeAgain(names)
    : `${names.join(", ")} or its rules are gone; bring them back, or abort`;
  holdRelease(run, "RouteGone", message);
  awaitPerson(run);
  endLongWait(run);
  return true;
}

function obey(run: Run, edited: readonly TrafficObservation[]): boolean {
  const seen = edited[0];
  const share = seen === undefined ? 0 : shareOf(seen.split, candidate(run)) / 100;
  const who = seen?.foreignManager ?? "somebody";
  holdRelease(
    run,
    "ForeignEdit",
    `${who} set ${candidate(run)} to ${share} % in ${seen?.target.name}; resume the hold, or set the step's share again, to go on`,
  );
  awaitPerson(run);
  endLongWait(run);
  return true;
}

/** A backendRef that somebody took out returns without a share, and people decide how it goes on. */
function returnRemoved(run: Run, edited: readonly TrafficObservation[]): boolean {
  if (!correct(run, edited, NOTHING)) return false;
  if (run.status.hold?.reason === "RouteContested") return true;
  const who = edited[0]?.foreignManager ?? "somebody";
  holdRelease(
    run,
    "ForeignEdit",
    `${who} took a backend out of ${edited[0]?.target.name}; ${candidate(run)} is back in it at 0 %; resume the hold to go on`,
  );
  awaitPerson(run);
  return true;
}

/** Writes the split for `weight` again, unless that has been done too often. */
function correct(run: Run, edited: readonly TrafficObservation[], weight: Weight): boolean {
  const recent = (run.status.corrections ?? []).filter(
    (t) => run.now - (readInstant(t) ?? 0) < CORRECTION_SPAN_MS,
  );
  const who = edited[0]?.foreignManager ?? "somebody";
  if (recent.length >= MAX_CORRECTIONS) {
    const oldest = readInstant(recent[0] ?? "") ?? run.now;
    run.out.wakes.push(instant(oldest + CORRECTION_SPAN_MS));
    holdRelease(
      run,
      "RouteContested",
      `${who} keeps changing the weights of ${edited[0]?.target.name}; let it ignore them (Argo CD: ignoreDifferences, Flux: ssa IfNotPresent)`,
    );
    awaitPerson(run);
    endLongWait(run);
    return true;
  }
  run.status = { ...run.status, corrections: [...recent, renderInstant(run.now)] };
  run.out.facts.push({
    about: { kind: "Release", name: run.release.metadata.name },
    type: "Warning",
    reason: "WeightsCorrected",
    message: `${who} changed the weights of ${edited[0]?.target.name}; written again`,
  });
  writeSplit(run, splitFor(run.frozen, weight), weight);
  return true;
}

/** `control.resume` names the hold. */
function resumed(run: Run): boolean {
  const { hold } = run.status;
  return hold !== undefined && run.release.spec.control?.resume?.hold === hold.id;
}

/** Starts the step anew: a fresh split, fresh evidence. */
function restart(run: Run): boolean {
  releaseHold(run, "ForeignEdit");
  releaseHold(run, "RouteContested");
  releaseHold(run, "RouteGone");
  personAnswered(run);
  note(run, { attempt: positionOf(run).attempt + 1 });
  const { acceptedAt: _a, inForceAt: _i, ...rest } = positionOf(run);
  run.status = { ...run.status, position: rest };
  enterStage(run, "shift");
  return true;
}

/** The weights are as they should be again: after a hold the step starts anew. */
function back(run: Run): boolean {
  const reason = run.status.hold?.reason;
  if (reason !== "ForeignEdit" && reason !== "RouteContested" && reason !== "RouteGone") return false;
  return restart(run);
}
