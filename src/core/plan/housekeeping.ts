import type { TrafficTarget } from "../../api/frozen.ts";
import type { Release } from "../../api/release.ts";
import type { Live, ReleasePlanStatus, Slot } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant } from "../../base/instant.ts";
import { classifyEdit } from "../traffic/classify-edit.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import { scaleToZero } from "./capacity.ts";
import type { Output } from "./decision.ts";
import { targetsOf } from "./freeze.ts";
import type { Intent } from "./intents.ts";
import { isSlot, otherSlot, slotService } from "./names.ts";
import type { Observed } from "./observed.ts";
import { byAge } from "./phases.ts";
import { restSplit, shareOf } from "./splits.ts";

/**
 * Between releases: the rules of the route name both slots and no former Service, the entry selects the live
 * slot, and the idle slot is scaled to nothing once it is drained. The live slot is not touched.
 */
export function keepHouse(
  observed: Observed,
  status: ReleasePlanStatus,
  now: Instant,
  out: Output,
): string | undefined {
  const live = status.liveSlot;
  if (live === undefined || live === "none") return undefined;
  const warning = tidyRoutes(observed, status, live, out);
  if (isSlot(live)) {
    tidyEntry(observed, live, out);
    retire(observed, status, otherSlot(live), now, out);
  } else {
    // The user's own Service is live: whatever a failed first release left in its slot goes.
    retire(observed, status, "blue", now, out);
  }
  return warning;
}

function tidyRoutes(
  observed: Observed,
  status: ReleasePlanStatus,
  live: Live,
  out: Output,
): string | undefined {
  const targets = targetsOf(observed.plan, observed.adoption);
  const last = lastRun(observed);
  let warning: string | undefined;
  for (const seen of observed.traffic) {
    const target = targets.find((t) => t.name === seen.target.name && t.kind === seen.target.kind);
    if (target === undefined || last === undefined) continue;
    const verdict = restVerdict(observed, seen, live, last);
    if (verdict === "tidy") out.intents.push(restIntent(observed, status, live, seen, target, last));
    if (verdict === "foreign") {
      const who = seen.foreignManager ?? "somebody";
      warning = `${who} changed the weights of ${seen.target.name} away from ${live}; releases wait until they are back`;
    }
  }
  return warning;
}

/** The release that ran last: its mark is on the traffic objects. */
function lastRun(observed: Observed): Release | undefined {
  return observed.releases
    .filter((r) => r.status?.frozen !== undefined && r.status.sequence !== undefined)
    .sort((a, b) => (a.status?.sequence ?? 0) - (b.status?.sequence ?? 0))
    .at(-1);
}

/** The run of a release as traffic objects know it. */
const runOf = (release: Release): string =>
  `${release.metadata.uid ?? release.metadata.name}/${release.status?.sequence ?? 0}`;

/** A completed run is sealed on the route; after a revert the way back is written again, which is idempotent. */
function restIntent(
  observed: Observed,
  status: ReleasePlanStatus,
  live: Live,
  seen: TrafficObservation,
  target: TrafficTarget,
  last: Release,
): Intent {
  const { name, namespace, uid } = observed.plan.metadata;
  const key = `${uid ?? name}/rest/${seen.target.name}`;
  const write = {
    namespace: namespace ?? "default",
    target,
    split: restSplit(live),
    backends: backendsAtRest(observed, status),
    run: runOf(last),
  };
  if (last.status?.phase !== "Completed") return { kind: "revert", key, write };
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
  last: Release,
): "fine" | "foreign" | "tidy" {
  const ready = {
    blue: observed.slots.blue.readyEndpoints > 0,
    green: observed.slots.green.readyEndpoints > 0,
    adopted: (observed.adopted?.readyEndpoints ?? 0) > 0,
  };
  const edit = classifyEdit(seen, restSplit(live), { ready });
  if (edit === "gone" || edit === "moved" || edit === "lowered" || edit === "raised") return "foreign";
  if (edit !== "none") return "tidy";
  const open = last.status?.phase === "Completed" && seen.completed !== runOf(last);
  const leaving = live !== "adopted" && seen.split.adopted !== undefined;
  return open || leaving ? "tidy" : "fine";
}

function tidyEntry(observed: Observed, live: Slot, out: Output): void {
  if (!observed.entry.exists || observed.entry.slot === undefined || observed.entry.slot === live) return;
  const { name, uid } = observed.plan.metadata;
  out.intents.push({ kind: "select", key: `${uid ?? name}/rest/entry`, service: name, slot: live });
}

/** Scales a slot to nothing: no traffic object names it with a share, the entry does not select it, drained. */
function retire(observed: Observed, status: ReleasePlanStatus, slot: Slot, now: Instant, out: Output): void {
  const workloads = scaleToZero(observed.slots[slot]);
  if (workloads.length === 0) return;
  const used =
    observed.traffic.some((t) => t.exists && shareOf(t.split, slot) > 0) ||
    (isSlot(status.liveSlot) && observed.entry.slot === slot);
  if (used || observed.traffic.some((t) => t.exists && !t.accepted)) return;
  // Until the completion is on every traffic object a late revert could still send traffic here.
  const last = lastRun(observed);
  const sealed =
    last?.status?.phase !== "Completed" || observed.traffic.every((t) => t.completed === runOf(last));
  if (!sealed) return;
  const drainedAt = plus(
    readInstant(status.idleSince ?? "") ?? now,
    readDuration(observed.plan.spec.timing.drain),
  );
  if (now < drainedAt) {
    out.wakes.push(drainedAt);
    return;
  }
  const { name, uid } = observed.plan.metadata;
  out.intents.push({ kind: "scale", key: `${uid ?? name}/retire/${slot}`, slot, workloads });
}

/** The Services behind the sides, the former one included so that it can leave the rule. */
function backendsAtRest(observed: Observed, status: ReleasePlanStatus) {
  const plan = observed.plan.metadata.name;
  const last = [...observed.releases].sort(byAge).findLast((r) => r.status?.frozen !== undefined)
    ?.status?.frozen;
  const port = last?.port ?? 80;
  const adopted = last?.adoptedService;
  const former = status.legacyService ?? status.adoptedService;
  return {
    blue: { service: slotService(plan, "blue"), port },
    green: { service: slotService(plan, "green"), port },
    ...(former === undefined ? {} : { adopted: { service: former, port: adopted?.port ?? port } }),
  };
}
