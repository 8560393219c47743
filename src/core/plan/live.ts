import type { FrozenRelease } from "../../api/frozen.ts";
import type { Release } from "../../api/release.ts";
import type { Live, ReleasePlanStatus } from "../../api/release-plan.ts";
import { SLOTS } from "../../api/release-plan.ts";
import { type Backend, SIDES, type Side } from "../traffic/sides.ts";
import type { Observed } from "./observed.ts";
import { byAge } from "./phases.ts";
import { shareOf } from "./splits.ts";

/** Which side serves, or why that can't be told. */
export type LiveAnswer =
  | { readonly known: true; readonly live: Live }
  /** Nothing is known yet and nothing of ours is there: the plan is new, and adoption will tell. */
  | { readonly known: false; readonly reason: "New" | "LiveSlotUnknown"; readonly message: string };

/**
 * The truth is the plan's status. Where that says nothing, it is the only ready side that gets traffic; a plan without
 * labelled objects is new.
 */
export function resolveLive(observed: Observed, status: ReleasePlanStatus): LiveAnswer {
  if (status.liveSlot !== undefined) return { known: true, live: status.liveSlot };
  const occupied = SLOTS.some((s) => observed.slots[s].workloads.length > 0);
  if (!occupied) return { known: false, reason: "New", message: "nothing has been released yet" };
  const serving = SIDES.filter((s) => readyOn(observed, s) > 0 && getsTraffic(observed, s));
  const only = serving.length === 1 ? serving[0] : undefined;
  if (only !== undefined) return { known: true, live: only };
  return {
    known: false,
    reason: "LiveSlotUnknown",
    message:
      serving.length === 0
        ? "the plan's status was lost and no slot has both traffic and ready endpoints; set status.liveSlot"
        : `the plan's status was lost and ${serving.join(" and ")} have traffic; send all of it to one of them, or set status.liveSlot`,
  };
}

/** By a route of the plan; where it has none, by the entry Service. */
const getsTraffic = ({ traffic, entry }: Observed, side: Side): boolean =>
  traffic.length === 0 ? entry.slot === side : traffic.some((t) => t.exists && shareOf(t.split, side) > 0);

const readyOn = (observed: Observed, side: Side): number =>
  side === "adopted" ? (observed.adopted?.readyEndpoints ?? 0) : observed.slots[side].readyEndpoints;

/** The user's own Service: as adoption finds it, or as the last release that started from it had frozen it. */
export function adoptedBackend(observed: Observed): Backend | undefined {
  const found = observed.adoption.flatMap((a) => (a.ok && a.service !== undefined ? [a.service] : []))[0];
  if (found !== undefined) return found;
  // Adoption takes a Service that is a side already for known.
  const frozen = adoptedOnRecord(observed.releases);
  return frozen === undefined ? undefined : { service: frozen.name, port: frozen.port };
}

/** The user's own Service from which the last of these releases has started that started from one. */
export const adoptedOnRecord = (releases: readonly Release[]): FrozenRelease["adoptedService"] =>
  [...releases]
    .sort(byAge)
    .findLast((r) => r.status?.frozen?.live === "adopted" && r.status.frozen.adoptedService !== undefined)
    ?.status?.frozen?.adoptedService;

/** Live side of a new plan: the Service that its routes point to, or nothing. */
export function firstLive(observed: Observed): { readonly live: Live; readonly adoptedService?: string } {
  const backend = adoptedBackend(observed);
  return backend === undefined ? { live: "none" } : { live: "adopted", adoptedService: backend.service };
}
