import type { TrafficTarget } from "../../api/frozen.ts";
import type { Release } from "../../api/release.ts";
import { type Live, type ReleasePlanStatus, SLOTS, type Slot } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant } from "../../base/instant.ts";
import { classifyEdit } from "../traffic/classify-edit.ts";
import { foundService } from "../traffic/found-service.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import { readRun, renderRun } from "../traffic/runs.ts";
import { scaleToZero } from "./capacity.ts";
import type { Output } from "./decision.ts";
import { entriesAtRest } from "./entries.ts";
import { giveFloorsBack, restFloors } from "./floors.ts";
import { targetsOf } from "./freeze.ts";
import { isBeingDeleted } from "./guard-plan.ts";
import { mustRemove } from "./idle-slot.ts";
import type { Intent } from "./intents.ts";
import { isSlot, otherSlot, slotService } from "./names.ts";
import type { Observed } from "./observed.ts";
import { byAge } from "./phases.ts";
import { reached } from "./run.ts";
import { type Retirement, type Silence, type SilenceInput, silenceOf, tellUnproven } from "./silence.ts";
import { restSplit, shareOf } from "./splits.ts";
import { targetIn } from "./traffic-write.ts";

/** What stands in the way of a release that could start. */
export interface House {
  /** Somebody changed the weights away from the live side. */
  readonly contested?: string;
  /** Traffic objects are still being put right. */
  readonly untidy?: string;
}

/** The traffic objects are as they should be between releases. */
export const isTidy = (house: House): boolean => house.contested === undefined && house.untidy === undefined;

/**
 * Between releases: the rules of the route name both slots and no former Service, and every entry selects the
 * live slot.
 */
export function keepHouse(observed: Observed, status: ReleasePlanStatus, out: Output): House {
  const live = status.liveSlot;
  if (live === undefined || live === "none") return {};
  const before = out.intents.length;
  const contested = tidyRoutes(observed, status, live, out);
  if (isSlot(live)) tidyEntries(observed, status, live, out);
  const untidy = out.intents.length > before;
  return {
    ...(contested === undefined ? {} : { contested }),
    ...(untidy ? { untidy: `the traffic objects are being put right: all to ${live}` } : {}),
  };
}

/**
 * Nothing is about to start: what serves gets its own floors back, and the slot that does not serve is scaled to nothing
 * once it is drained. Where the user's own Service is live, whatever a failed first release left in its slot goes.
 */
export function comeToRest(
  observed: Observed,
  status: ReleasePlanStatus,
  now: Instant,
  out: Output,
): Retirement {
  const live = status.liveSlot;
  if (live === undefined) return {};
  if (live === "none") {
    restFloors(observed, SLOTS, out);
    return {};
  }
  if (isSlot(live)) restFloors(observed, [live], out);
  const slot = isSlot(live) ? otherSlot(live) : "blue";
  const last = lastRun(observed);
  const silence = silenceOf({ observed, status, slot, last, now });
  const retiring = { observed, status, slot, last, silence, now, out };
  const gone = retire(retiring);
  if (silence.kind === "waiting") return { verification: silence.verification };
  const tells = silence.kind === "unproven" && (gone === "now" || (gone === "before" && silence.measured));
  return {
    ...(gone === "before" && mustRemove(observed, status, slot) && mayRetire(retiring)
      ? { removable: slot }
      : {}),
    ...(tells ? { unproven: tellUnproven(observed, silence, out) } : {}),
  };
}

function tidyRoutes(
  observed: Observed,
  status: ReleasePlanStatus,
  live: Live,
  out: Output,
): string | undefined {
  const targets = knownTargets(observed);
  let warning: string | undefined;
  for (const seen of observed.traffic) {
    const target = targetIn(targets, seen);
    const last = lastOn(observed, seen);
    if (target === undefined || last === undefined) continue;
    // Nothing can be put right in it: it is made again.
    if (target.created === true && !seen.exists) continue;
    const verdict = restVerdict(observed, seen, live, last);
    if (verdict === "tidy") out.intents.push(restIntent(observed, status, live, seen, target, last));
    if (verdict === "foreign") {
      const who = seen.foreignManager ?? "somebody";
      warning = `${who} changed the weights of ${seen.target.name} away from ${live}; releases wait until they are back`;
    }
  }
  return warning;
}

/**
 * The plan's traffic objects as it was given them; in a plan that is being deleted those that its last release used,
 * for what the plan says meanwhile is not what carries its marks.
 */
export function knownTargets(observed: Observed): readonly TrafficTarget[] {
  const last = isBeingDeleted(observed.plan) ? lastRun(observed)?.status?.frozen : undefined;
  return last?.targets ?? targetsOf(observed.plan, observed.adoption);
}

/** The release that ran last: its mark is on the traffic objects. */
export function lastRun(observed: Observed): Release | undefined {
  return observed.releases
    .filter((r) => r.status?.frozen !== undefined && r.status.sequence !== undefined)
    .sort((a, b) => (a.status?.sequence ?? 0) - (b.status?.sequence ?? 0))
    .at(-1);
}

/** The run of a release as traffic objects know it. */
export const runOf = (release: Release): string =>
  `${release.metadata.uid ?? release.metadata.name}/${release.status?.sequence ?? 0}`;

interface LastRun {
  readonly run: string;
  readonly completed: boolean;
}

/**
 * The run that a traffic object belongs to at rest: that of the last release, or the later one that its mark
 * names and whose release has been deleted since.
 */
function lastOn(observed: Observed, seen: TrafficObservation): LastRun | undefined {
  const last = lastRun(observed);
  const marked = readRun(seen.run);
  if (marked !== undefined && marked.sequence > (last?.status?.sequence ?? 0)) {
    const run = renderRun(marked);
    return { run, completed: seen.completed === run };
  }
  return last === undefined ? undefined : { run: runOf(last), completed: last.status?.phase === "Completed" };
}

/** A completed run is sealed on the route; after a revert the way back is written again, which is idempotent. */
function restIntent(
  observed: Observed,
  status: ReleasePlanStatus,
  live: Live,
  seen: TrafficObservation,
  target: TrafficTarget,
  last: LastRun,
): Intent {
  const { name, namespace, uid } = observed.plan.metadata;
  const key = `${uid ?? name}/rest/${seen.target.name}`;
  const write = {
    namespace: namespace ?? "default",
    target,
    split: restSplit(live),
    backends: backendsAtRest(observed, status),
    run: last.run,
  };
  if (!last.completed) return { kind: "revert", key, write };
  return {
    kind: "shift",
    key,
    write: { ...write, end: "completed" },
    resourceVersion: seen.resourceVersion ?? "",
  };
}

/** A foreign edit towards ready endpoints is left alone between releases; any other is put right. */
function restVerdict(
  observed: Observed,
  seen: TrafficObservation,
  live: Live,
  last: LastRun,
): "fine" | "foreign" | "tidy" {
  const ready = {
    blue: observed.slots.blue.readyEndpoints > 0,
    green: observed.slots.green.readyEndpoints > 0,
    adopted: (observed.adopted?.readyEndpoints ?? 0) > 0,
  };
  const edit = classifyEdit(seen, restSplit(live), { ready });
  if (edit === "gone" || edit === "moved" || edit === "lowered" || edit === "raised") return "foreign";
  if (edit !== "none") return "tidy";
  const open = last.completed && seen.completed !== last.run;
  const leaving = live !== "adopted" && seen.split.adopted !== undefined;
  return open || leaving ? "tidy" : "fine";
}

/** Points every entry Service at the live slot. */
export function tidyEntries(observed: Observed, status: ReleasePlanStatus, live: Slot, out: Output): void {
  const { name, uid } = observed.plan.metadata;
  for (const { service, slot } of entriesAtRest(observed, status))
    if (slot !== undefined && slot !== live)
      out.intents.push({ kind: "select", key: `${uid ?? name}/rest/entry/${service}`, service, slot: live });
}

interface Retiring extends SilenceInput {
  readonly silence: Silence;
  readonly out: Output;
}

/** Scales a slot to nothing and gives its floors back. */
function retire(retiring: Retiring): "before" | "now" | "not yet" {
  const { observed, slot, last, silence, out } = retiring;
  const workloads = [...scaleToZero(observed.slots[slot]), ...giveFloorsBack(observed.slots[slot])];
  if (workloads.length === 0) return "before";
  if (!mayRetire(retiring)) return "not yet";
  const { name, uid } = observed.plan.metadata;
  if (silence.kind === "waiting") {
    out.wakes.push(silence.until);
    if (silence.start !== undefined) out.intents.push(silence.start);
    out.trace.push({ rule: "Retire", about: last?.metadata.name ?? name, said: silence.message });
    return "not yet";
  }
  out.intents.push({ kind: "scale", key: `${uid ?? name}/retire/${slot}`, slot, workloads });
  return "now";
}

/** No traffic object names the slot with a share, no entry selects it, no late revert can send to it, it is drained. */
function mayRetire({ observed, status, slot, last, now, out }: Retiring): boolean {
  const used =
    observed.traffic.some((t) => t.exists && shareOf(t.split, slot) > 0) ||
    (isSlot(status.liveSlot) && entriesAtRest(observed, status).some((entry) => entry.slot === slot));
  if (used || observed.traffic.some((t) => t.exists && !t.accepted)) return false;
  // Until the completion is on every traffic object a late revert could still send traffic here.
  const sealed =
    last?.status?.phase !== "Completed" ||
    observed.traffic.every((t) => !t.exists || t.completed === runOf(last));
  if (!sealed) return false;
  const drainedAt = plus(
    readInstant(status.idleSince ?? "") ?? now,
    readDuration(observed.plan.spec.timing.drain),
  );
  return reached({ now, out }, drainedAt);
}

/** The Services behind the sides, the former one included so that it can leave the rule. */
export function backendsAtRest(observed: Observed, status: ReleasePlanStatus) {
  const plan = observed.plan.metadata.name;
  const last = [...observed.releases].sort(byAge).findLast((r) => r.status?.frozen !== undefined)
    ?.status?.frozen;
  // With another port than the route's nothing of ours would be found in it.
  const port = last?.port ?? observed.port ?? 80;
  const former = status.legacyService ?? status.adoptedService;
  const found = foundService(observed.adoption, former);
  return {
    blue: { service: slotService(plan, "blue"), port },
    green: { service: slotService(plan, "green"), port },
    ...(former === undefined
      ? {}
      : { adopted: { service: former, port: last?.adoptedService?.port ?? found?.port ?? port } }),
  };
}
