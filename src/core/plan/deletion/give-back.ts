/** A plan's traffic objects go back to their owner: nothing of them points to what is going to be removed. */
import { SLOTS, type Slot } from "../../../api/release-plan.ts";
import { readDuration } from "../../../base/duration.ts";
import { plus, readInstant } from "../../../base/instant.ts";
import { renderWeight } from "../../../base/weight.ts";
import type { TrafficObservation } from "../../traffic/observation.ts";
import { readRun, renderRun } from "../../traffic/runs.ts";
import { sidesOf } from "../../traffic/sides.ts";
import { backendsAtRest, knownTargets, lastRun, runOf, tidyEntries } from "../housekeeping.ts";
import { isSlot } from "../names.ts";
import { reached } from "../run.ts";
import { restSplit, shareOf } from "../splits.ts";
import { targetIn } from "../traffic-write.ts";
import { type Farewell, note, planUid, waitFor } from "./farewell.ts";

/** True when no traffic object needs anything of ours that leaves, in force and drained. */
export function giveBack(bye: Farewell): boolean {
  if (bye.progress.handingBack === undefined) {
    if (!isDrained(bye)) return false;
    note(bye, "handingBack");
  }
  if (!allGiven(bye)) return false;
  const since = readInstant(note(bye, "handedBack")) ?? bye.now;
  if (!mustBeInForce(bye)) return true;
  const settled = reached(bye, plus(since, readDuration(bye.observed.plan.spec.timing.settle)));
  return settled || waitFor(bye, "waiting until the routes are in force without the idle slot");
}

const leavingSlots = (bye: Farewell): readonly Slot[] => SLOTS.filter((slot) => slot !== bye.staying);

/** Pods of a slot that leaves could still answer somebody; where there are none, nobody can lose them. */
function mustBeInForce(bye: Farewell): boolean {
  // Nothing stays, not even the route.
  if (!isSlot(bye.staying) && givenObjects(bye).length === 0) return false;
  return leavingSlots(bye).some((slot) => {
    const { workloads, readyEndpoints } = bye.observed.slots[slot];
    return readyEndpoints > 0 || workloads.some((w) => w.desired > 0);
  });
}

/** A route of ours goes with the entry stack, unless that stays. */
function givenObjects(bye: Farewell): readonly TrafficObservation[] {
  const ours = (seen: TrafficObservation): boolean =>
    knownTargets(bye.observed).some((t) => t.name === seen.target.name && t.created === true);
  return bye.observed.traffic.filter((t) => t.exists && (isSlot(bye.staying) || !ours(t)));
}

/** No traffic goes to what leaves, by everybody's word, and has not for as long as it takes to finish requests. */
function isDrained(bye: Farewell): boolean {
  const { restSince: _, ...moving } = bye.progress;
  if (!isAtRest(bye)) {
    bye.progress = moving;
    return false;
  }
  const since = readInstant(note(bye, "restSince")) ?? bye.now;
  if (!mustBeInForce(bye)) return true;
  const { drain } = bye.observed.plan.spec.timing;
  const drained = reached(bye, plus(since, readDuration(drain)));
  return drained || waitFor(bye, `waiting for ${drain}, so that requests to the idle slot can finish`);
}

function isAtRest(bye: Farewell): boolean {
  for (const seen of givenObjects(bye)) {
    if (!isFree(bye, seen)) return false;
    if (!isInForce(bye, seen)) return false;
  }
  return entriesAreFree(bye);
}

/** No entry that stays selects a slot that leaves: ours is moved, one of the user's own is not ours to break. */
function entriesAreFree(bye: Farewell): boolean {
  const { observed, plan, staying, out } = bye;
  if (isSlot(staying)) {
    const before = out.intents.length;
    tidyEntries(observed, plan, staying, out);
    return out.intents.length === before || waitFor(bye, `pointing the entry Service at ${staying}`);
  }
  const { former } = observed;
  if (former?.slot === undefined) return true;
  return waitFor(
    bye,
    `Service ${former.service} selects slot ${former.slot}, which goes with the plan; give it another selector, or set spec.deletionPolicy to Orphan`,
    "SlotInTraffic",
  );
}

/** No slot that leaves has a share; one that serves nobody anyway loses it together with its backendRef. */
function isFree(bye: Farewell, seen: TrafficObservation): boolean {
  const { kind, name } = seen.target;
  const taken = leavingSlots(bye).find((slot) => shareOf(seen.split, slot) > 0);
  if (taken === undefined) return true;
  const canMove = bye.staying !== "none" && bye.observed.slots[taken].readyEndpoints === 0;
  if (canMove) return true;
  const share = renderWeight(shareOf(seen.split, taken));
  const other = bye.staying === "none" ? "another Service" : bye.staying;
  const keep =
    bye.observed.plan.spec.deletionPolicy === "Delete" ? ", or set spec.deletionPolicy to Orphan" : "";
  return waitFor(
    bye,
    `${kind} ${name} sends ${share} to slot ${taken}, which goes with the plan; send that to ${other}${keep}`,
    "SlotInTraffic",
  );
}

function isInForce(bye: Farewell, seen: TrafficObservation): boolean {
  if (seen.accepted || sidesOf(seen.split).length === 0 || !mustBeInForce(bye)) return true;
  const { kind, name } = seen.target;
  const why = seen.problem ?? "its gateway has not confirmed it";
  return waitFor(bye, `waiting until ${kind} ${name} is in force: ${why}`, "NotInForce");
}

/** Writes what is missing; true when every object is as its owner gets it. */
function allGiven(bye: Farewell): boolean {
  let all = true;
  for (const seen of givenObjects(bye)) {
    if (!isFree(bye, seen)) all = false;
    else if (!isGiven(bye, seen)) {
      give(bye, seen);
      all = waitFor(bye, `giving ${seen.target.kind} ${seen.target.name} back to its owner`);
    } else if (!isInForce(bye, seen)) all = false;
  }
  return all;
}

function isGiven(bye: Farewell, seen: TrafficObservation): boolean {
  const marked = [seen.run, seen.reverted, seen.completed].some((mark) => mark !== undefined);
  return !marked && leavingSlots(bye).every((slot) => seen.split[slot] === undefined);
}

function give(bye: Farewell, seen: TrafficObservation): void {
  const { observed, staying, plan } = bye;
  const target = targetIn(knownTargets(observed), seen);
  if (target === undefined || seen.resourceVersion === undefined) return;
  const { blue, green, adopted } = backendsAtRest(observed, plan);
  const marked = readRun(seen.run);
  const last = lastRun(observed);
  const run =
    marked !== undefined
      ? renderRun(marked)
      : last === undefined
        ? `${planUid(bye)}/${plan.sequence ?? 0}`
        : runOf(last);
  bye.out.intents.push({
    kind: "shift",
    key: `${planUid(bye)}/give-back/${target.name}`,
    write: {
      namespace: observed.plan.metadata.namespace ?? "default",
      target,
      split: staying === "none" ? {} : isSlot(staying) ? only(staying) : restSplit(staying),
      // A former Service that people have put back into the rule is theirs.
      backends: { blue, green, ...(staying === "adopted" && adopted !== undefined ? { adopted } : {}) },
      run,
      end: "released",
    },
    resourceVersion: seen.resourceVersion,
  });
}

const only = (slot: Slot) => ({ [slot]: restSplit(slot)[slot] });
