import type { Release } from "../../api/release.ts";
import { type Live, type ReleasePlan, SLOTS, type Slot } from "../../api/release-plan.ts";
import type { Instant } from "../../base/instant.ts";
import { byAge, phaseOf } from "../../core/plan/phases.ts";
import type { Paint } from "./paint.ts";
import { RELEASE_HEADER, releaseRow, renderRelease } from "./release-view.ts";
import { renderColumns, renderTable } from "./table.ts";
import { age } from "./time.ts";

/** Releases that `status PLAN` lists. */
const LAST_RELEASES = 5;

export const liveOf = (plan: ReleasePlan): Live => plan.status?.liveSlot ?? "none";

/** A plan for people: its slots, its conditions, the release in progress, and those before it. */
export function renderPlan(
  plan: ReleasePlan,
  releases: readonly Release[],
  now: Instant,
  paint: Paint,
): readonly string[] {
  const { status, metadata } = plan;
  const active = releases.find((r) => r.metadata.name === status?.activeRelease);
  const conditions = (status?.conditions ?? []).map((c) => {
    const held = c.status === "True";
    const colour =
      c.type === "Ready" ? (held ? paint.good : paint.busy) : c.type === "Stalled" ? paint.bad : paint.busy;
    return [`  ${c.type.toLowerCase()}`, `${colour(c.status)}  ${c.reason}: ${c.message}`];
  });
  return [
    paint.strong(
      `ReleasePlan ${metadata.name}  (namespace ${metadata.namespace ?? ""})${metadata.deletionTimestamp === undefined ? "" : ", being deleted"}`,
    ),
    ...renderColumns([
      ...SLOTS.map((slot) => [`  ${slot}`, slotText(plan, active, slot, now, paint)]),
      ...adoptedRow(plan, paint),
      ...conditions,
    ]),
    ...(active === undefined ? [] : ["", ...renderRelease(active, now, paint)]),
    ...others(releases, active, now, paint),
  ];
}

function slotText(
  plan: ReleasePlan,
  active: Release | undefined,
  slot: Slot,
  now: Instant,
  paint: Paint,
): string {
  const occupant = plan.status?.slots?.[slot];
  const role = liveOf(plan) === slot ? paint.good("live") : "idle";
  if (active?.status?.slot === slot) {
    const share = active.status.weight ?? "0%";
    return `${paint.busy("candidate")}  ${active.spec.package.version}  (${active.metadata.name}), ${share} of the traffic`;
  }
  if (occupant?.release === undefined) return `${role}  nothing released here`;
  const retired = occupant.retiredAt === undefined ? "" : `, retired ${age(occupant.retiredAt, now)} ago`;
  return `${role}  ${occupant.version ?? ""}  (${occupant.release})${retired}`;
}

function adoptedRow(plan: ReleasePlan, paint: Paint): readonly (readonly string[])[] {
  const { liveSlot, adoptedService } = plan.status ?? {};
  if (liveSlot !== "adopted") return [];
  return [["  adopted", `${paint.good("live")}  Service ${adoptedService ?? ""}, from before Bascule`]];
}

function others(
  releases: readonly Release[],
  active: Release | undefined,
  now: Instant,
  paint: Paint,
): readonly string[] {
  const rest = [...releases]
    .sort(byAge)
    .reverse()
    .filter((r) => r !== active);
  if (rest.length === 0) return [];
  const rows = rest.slice(0, LAST_RELEASES).map((r) => releaseRow(r, now, paint));
  return ["", ...renderTable(RELEASE_HEADER, rows)];
}

export const PLAN_HEADER = [
  "PLAN",
  "LIVE",
  "VERSION",
  "READY",
  "RELEASE",
  "PHASE",
  "STEP",
  "WEIGHT",
  "CHECKS",
  "HELD",
] as const;

/** Being deleted says more than whether it serves, which it may go on doing. */
const terminating = ({ metadata }: ReleasePlan, paint: Paint): string | undefined =>
  metadata.deletionTimestamp === undefined ? undefined : paint.busy("Terminating");

/** One row of the list of plans; `release` is the one in progress. */
export function planRow(plan: ReleasePlan, release: Release | undefined, paint: Paint): readonly string[] {
  const live = liveOf(plan);
  const occupant = live === "blue" || live === "green" ? plan.status?.slots?.[live] : undefined;
  const ready = plan.status?.conditions?.find((c) => c.type === "Ready");
  return [
    plan.metadata.name,
    live,
    occupant?.version ?? "",
    terminating(plan, paint) ??
      (ready === undefined ? "" : ready.status === "True" ? paint.good("True") : paint.busy(ready.reason)),
    release?.metadata.name ?? "",
    release === undefined ? "" : paint.phase(phaseOf(release)),
    release?.status?.step ?? "",
    release?.status?.weight ?? "",
    release?.status?.verdict ?? "",
    release?.status?.hold?.reason ?? "",
  ];
}
