import type { FrozenRelease } from "../../api/frozen.ts";
import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { Live, ReleasePlanStatus } from "../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { nameHash } from "./gates/index.ts";
import { isSlot } from "./names.ts";
import { isFinal } from "./phases.ts";
import { settleShared } from "./shared/standing.ts";

/** Names that are remembered so that none runs twice. */
const REMEMBERED_NAMES = 1_000;

/**
 * Brings the plan's truth about the slots in line with the end of its active release. Reads nothing but the
 * two statuses, so it gives the same answer again after a crash between the two writes.
 */
export function settlePlan(
  plan: ReleasePlanStatus,
  active: Release | undefined,
  now: Instant,
): ReleasePlanStatus {
  if (plan.activeRelease === undefined) return plan;
  const { activeRelease: _, ...idle } = plan;
  // The object is gone although its finalizer should have kept it: what it left behind is tidied as idle.
  if (active === undefined) return { ...idle, idleSince: renderInstant(now) };
  const { status } = active;
  if (status === undefined || !isFinal(status.phase) || status.frozen === undefined) return plan;
  const live = liveAfter(status, plan.liveSlot ?? "none");
  const next: ReleasePlanStatus = {
    ...settleShared(idle, active.metadata.name, status),
    liveSlot: live,
    idleSince: status.finishedAt ?? renderInstant(now),
  };
  return live === status.frozen.slot ? promoted(next, active, status, live) : next;
}

function liveAfter(status: ReleaseStatus, before: Live): Live {
  if (status.phase === "Completed") return status.frozen?.slot ?? before;
  return status.acceptedLive ?? before;
}

function promoted(
  next: ReleasePlanStatus,
  release: Release,
  status: ReleaseStatus,
  live: Live,
): ReleasePlanStatus {
  const { frozen } = status;
  if (frozen === undefined || !isSlot(live)) return next;
  const { adoptedService, ...rest } = next;
  return {
    ...rest,
    ...(adoptedService === undefined ? {} : { legacyService: adoptedService }),
    slots: {
      ...next.slots,
      [live]: occupantOf(release.metadata.name, frozen),
    },
  };
}

/** What the plan remembers of the release that lives in a slot. */
export const occupantOf = (release: string, frozen: FrozenRelease) => ({
  release,
  version: frozen.package.version,
  packageDigest: frozen.packageDigest,
  programDigest: frozen.programDigest,
});

/** The plan makes a release its active one; the name is remembered. */
export function activate(
  plan: ReleasePlanStatus,
  release: string,
  live: { readonly live: Live; readonly adoptedService?: string },
): ReleasePlanStatus {
  // The slot is needed: its removal is not asked for again, and one that runs ends before the apply begins.
  const { removal: _, ...rest } = plan;
  return {
    ...rest,
    ...(live.adoptedService === undefined ? {} : { adoptedService: live.adoptedService }),
    liveSlot: live.live,
    activeRelease: release,
    sequence: (plan.sequence ?? 0) + 1,
    ranNames: [...(plan.ranNames ?? []), nameHash(release)].slice(-REMEMBERED_NAMES),
  };
}
