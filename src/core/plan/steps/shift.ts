import { readDuration } from "../../../base/duration.ts";
import { plus, readInstant, renderInstant } from "../../../base/instant.ts";
import { EVERYTHING, renderWeight, type Weight } from "../../../base/weight.ts";
import type { TrafficObservation } from "../../traffic/observation.ts";
import type { Split } from "../../traffic/sides.ts";
import { readyFor } from "../capacity.ts";
import { beginEnding } from "../ending.ts";
import { entriesOf } from "../entries.ts";
import {
  candidate,
  elapsed,
  enterStage,
  intend,
  note,
  positionOf,
  type Run,
  reached,
  runId,
  say,
  settled,
  stepOf,
  uidOf,
  weightOf,
} from "../run.ts";
import { says, splitFor } from "../splits.ts";
import { lateObjects } from "../touch.ts";
import { targetIn, trafficWrite } from "../traffic-write.ts";
import { shareBasisOf } from "./scale.ts";
import { beginChecks } from "./verify.ts";

/** Writes the step's split and waits until it is in force everywhere. */
export function shiftTraffic(run: Run): void {
  const weight = weightOf(stepOf(run));
  // Capacity before traffic: readiness may have gone since the last stage.
  if (!readyFor(run.observed.slots[candidate(run)], run.release.metadata.name, shareBasisOf(run), weight)) {
    enterStage(run, "scale");
    return;
  }
  const split = splitFor(run.frozen, weight);
  const written = writeSplit(run, split, weight);
  const accepted = run.observed.traffic.every((t) => t.accepted);
  if (!written || !accepted) {
    unsettle(run);
    touchLate(run, split);
    const problem = run.observed.traffic.find((t) => !t.accepted)?.problem;
    say(
      run,
      `waiting until ${renderWeight(weight)} is in force${problem === undefined ? "" : `: ${problem}`}`,
    );
    if (elapsed(run, positionOf(run).since, run.frozen.timing.inForce)) notInForce(run, weight, problem);
    return;
  }
  const { acceptedAt } = positionOf(run);
  if (acceptedAt === undefined) note(run, { acceptedAt: renderInstant(run.now) });
  const settledAt = plus(readInstant(acceptedAt ?? "") ?? run.now, readDuration(run.frozen.timing.settle));
  if (!reached(run, settledAt)) return;
  settled(run, (key) => !key.startsWith(`${uidOf(run)}/shift/`) && !key.startsWith(`${uidOf(run)}/select/`));
  run.status = { ...run.status, split: { ...split }, weight: renderWeight(weight) };
  enterStage(run, "verify", { inForceAt: renderInstant(run.now) });
  beginChecks(run);
}

/** A split that was lost again, such as by somebody's edit, settles anew when it is back. */
function unsettle(run: Run): void {
  const { acceptedAt: _, ...position } = positionOf(run);
  run.status = { ...run.status, position };
}

/** Emits the writes that are missing; true when every traffic object, and at 100 % every entry, says so. */
export function writeSplit(run: Run, split: Split, weight: Weight): boolean {
  let all = true;
  for (const seen of run.observed.traffic) {
    if (says(seen, split) && seen.run === runId(run)) continue;
    all = false;
    shiftOne(run, seen, split);
  }
  const entries = weight === EVERYTHING ? entriesOf(run.observed, run.frozen) : [];
  for (const { service, exists, slot } of entries) {
    if (!exists || slot === candidate(run)) continue;
    all = false;
    intend(run, {
      kind: "select",
      key: `${uidOf(run)}/select/entry/${service}`,
      service,
      slot: candidate(run),
      run: runId(run),
    });
  }
  return all;
}

/** The gateway owes its word on a split that is written: it is made to look again, once. */
function touchLate(run: Run, split: Split): void {
  const { since, step, attempt } = positionOf(run);
  const mark = `${runId(run)}/${step}/${attempt}`;
  const isWritten = (seen: TrafficObservation): boolean => says(seen, split) && seen.run === runId(run);
  for (const seen of lateObjects(run, since, mark, isWritten)) shiftOne(run, seen, split, mark);
}

function shiftOne(run: Run, seen: TrafficObservation, split: Split, touch?: string): void {
  const target = targetIn(run.frozen.targets, seen);
  if (target === undefined || !seen.exists || seen.resourceVersion === undefined) return;
  intend(run, {
    kind: "shift",
    key: `${uidOf(run)}/shift/${positionOf(run).step}/${positionOf(run).attempt}/${target.name}`,
    write: trafficWrite(run, target, split, touch),
    resourceVersion: seen.resourceVersion,
  });
}

function notInForce(run: Run, weight: Weight, problem: string | undefined): void {
  beginEnding(run, {
    outcome: "Reverted",
    reason: "NotInForce",
    message: `${renderWeight(weight)} was not in force within ${run.frozen.timing.inForce}${problem === undefined ? "" : `: ${problem}`}`,
  });
}
