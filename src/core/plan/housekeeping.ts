import type { Live, ReleasePlanStatus, Slot } from "../../api/release-plan.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant } from "../../base/instant.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import { scaleToZero } from "./capacity.ts";
import type { Output } from "./decision.ts";
import { targetsOf } from "./freeze.ts";
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
  const wanted = restSplit(live);
  let warning: string | undefined;
  for (const seen of observed.traffic) {
    const target = targets.find((t) => t.name === seen.target.name && t.kind === seen.target.kind);
    if (target === undefined || !seen.exists || seen.resourceVersion === undefined) continue;
    const verdict = restVerdict(observed, seen, live);
    if (verdict === "fine") continue;
    if (verdict === "foreign") {
      const who = seen.foreignManager ?? "somebody";
      warning = `${who} sends traffic of ${seen.target.name} elsewhere than to ${live}; releases wait until it is back`;
      continue;
    }
    out.intents.push({
      kind: "shift",
      key: `${observed.plan.metadata.uid ?? observed.plan.metadata.name}/rest/${seen.target.name}`,
      write: {
        namespace: observed.plan.metadata.namespace ?? "default",
        target,
        split: wanted,
        backends: backendsAtRest(observed, status),
        run: seen.run ?? `${observed.plan.metadata.uid ?? ""}/${status.sequence ?? 0}`,
      },
      resourceVersion: seen.resourceVersion,
    });
  }
  return warning;
}

/** A foreign edit towards ready endpoints is left alone between releases; any other is put right. */
function restVerdict(observed: Observed, seen: TrafficObservation, live: Live): "fine" | "foreign" | "tidy" {
  if (live === "adopted" || !isSlot(live))
    return seen.split.adopted !== undefined && liveGetsAll(seen, live) ? "fine" : "foreign";
  const idle = otherSlot(live);
  const named =
    seen.split[live] !== undefined && seen.split[idle] !== undefined && seen.split.adopted === undefined;
  if (liveGetsAll(seen, live)) return named && !seen.mixed ? "fine" : "tidy";
  const idleReady = shareOf(seen.split, idle) === 0 || observed.slots[idle].readyEndpoints > 0;
  return idleReady && seen.foreignManager !== undefined && seen.split.adopted === undefined
    ? "foreign"
    : "tidy";
}

const liveGetsAll = (seen: TrafficObservation, live: Live): boolean =>
  live !== "none" &&
  shareOf(seen.split, live) > 0 &&
  (["blue", "green", "adopted"] as const).every((s) => s === live || shareOf(seen.split, s) === 0);

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
    observed.traffic.some((t) => t.exists && shareOf(t.split, slot) > 0) || observed.entry.slot === slot;
  if (used || observed.traffic.some((t) => t.exists && !t.accepted)) return;
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
