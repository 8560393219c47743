/** What must be the case when a world has come to rest. */
import { MARK } from "../../../src/api/object.ts";
import type { Release } from "../../../src/api/release.ts";
import { type ReleasePlan, type ReleasePlanStatus, SLOTS, type Slot } from "../../../src/api/release-plan.ts";
import { isFinal } from "../../../src/core/plan/phases.ts";
import type { SimWorld } from "./begin.ts";
import { type Cluster, OLD_SERVICE, PLAN } from "./cluster.ts";
import { judgeDeleted, judgeEmptied } from "./laws/deletion.ts";
import type { Court } from "./laws/law.ts";
import type { Deed } from "./scenario.ts";
import { PROGRAM_FLOOR } from "./slots.ts";

export interface WorldEnd {
  readonly cluster: Cluster;
  /** Its last status; of one that is gone only which side was live. */
  readonly plan: ReleasePlanStatus;
  readonly isPlanGone: boolean;
  readonly releases: Readonly<Record<string, Release>>;
  readonly passes: number;
  readonly requests: number;
  /** Values that the candidate's share took in the first route, from the start of the scenario. */
  readonly shares: readonly number[];
  readonly timeline: readonly string[];
}

export function endOf({ cluster, controller }: SimWorld, shares: readonly number[]): WorldEnd {
  const { store, sim } = cluster;
  const object = store.get("plans", PLAN) as unknown as ReleasePlan | undefined;
  const plan = object === undefined ? undefined : (object.status ?? { observedGeneration: -1 });
  const releases = store.list("releases").map((r) => [r.metadata.name, r as unknown as Release] as const);
  return {
    cluster,
    plan: plan ?? { observedGeneration: -1, liveSlot: cluster.lastLive },
    isPlanGone: plan === undefined,
    releases: Object.fromEntries(releases),
    passes: controller.passes,
    requests: controller.requests.count,
    shares,
    timeline: sim.timeline,
  };
}

/** What a person does who reads the conditions. */
export function remedyFor(court: Court): Deed | undefined {
  if (court.active()?.status.phase === "RevertFailed") return { kind: "acceptLive" };
  const plan = court.plan();
  const stalled = plan?.status?.conditions?.find((c) => c.type === "Stalled")?.reason;
  if (plan?.metadata.deletionTimestamp === undefined || stalled === undefined) return undefined;
  court.demand(stalled === "SlotInTraffic", "end", () => `the deletion is stalled by ${stalled}`);
  return { kind: plan.spec.deletionPolicy === "Delete" ? "pointAway" : "pointHome" };
}

/** Nothing waits for ever, all traffic is on the live side, and the idle slot is at rest. */
export function judgeEnd(end: WorldEnd, court: Court): void {
  const { cluster } = end;
  const object = court.plan();
  court.demand(object?.metadata.deletionTimestamp === undefined, "end", () => "the plan is never let go");
  if (cluster.isTerminating) judgeEmptied(end, court);
  else judgeOrder(end, court);
}

function judgeOrder(end: WorldEnd, court: Court): void {
  const { plan, releases, cluster } = end;
  for (const release of Object.values(releases)) {
    const { phase, message } = release.status ?? {};
    court.demand(isFinal(phase), "end", () => `${release.metadata.name} stays ${phase}: ${message}`);
    court.demand(
      release.metadata.deletionTimestamp === undefined,
      "end",
      () => `${release.metadata.name} is never let go`,
    );
  }
  if (end.isPlanGone) {
    judgeDeleted(end, court);
    return;
  }
  court.demand(plan.activeRelease === undefined, "end", () => `${plan.activeRelease} stays active`);
  judgeFloors(end, court);
  const live = plan.liveSlot ?? "none";
  if (live === "none") return;
  judgeTraffic(end, court, live);
  if (live === "adopted") return;
  for (const name of [PLAN, OLD_SERVICE]) {
    const entry = cluster.entrySlot(name);
    court.demand(
      entry === undefined || entry === live,
      "end",
      () => `the entry ${name} selects ${entry}, live is ${live}`,
    );
  }
  const idle = live === "blue" ? "green" : "blue";
  const desired = cluster.slots.desired(idle);
  court.demand(
    desired === 0 || isInUse(cluster, idle),
    "end",
    () => `the idle slot ${idle} keeps ${desired} replicas`,
  );
  court.demand(cluster.slots.ready(live) > 0, "end", () => `the live slot ${live} has nothing ready`);
}

/** Some route sends to the slot; when it is idle, by somebody's hand between releases, and it is left alone then. */
const isInUse = (cluster: Cluster, slot: Slot): boolean =>
  cluster.routeNames().some((name) => (cluster.shares(name)[`${PLAN}-${slot}`] ?? 0) > 0);

/** What releases borrowed of autoscalers is back: each floor is the program's, or one that a person set. */
function judgeFloors({ cluster, plan }: WorldEnd, court: Court): void {
  const set = cluster.deeds.flatMap((deed) => (deed.kind === "setFloor" ? [deed.floor] : []));
  for (const slot of SLOTS) {
    const autoscaler = cluster.slots.autoscaler(slot);
    if (autoscaler === undefined || (slot !== plan.liveSlot && isInUse(cluster, slot))) continue;
    const { minReplicas, maxReplicas, raised } = autoscaler;
    court.demand(raised === undefined, "floors", () => `the floor of ${slot} is still marked ${raised}`);
    const allowed = [PROGRAM_FLOOR, ...set.map((floor) => Math.min(floor, maxReplicas))];
    court.demand(
      allowed.includes(minReplicas),
      "floors",
      () => `the floor of ${slot} is ${minReplicas}, not ${allowed.join(" or ")}`,
    );
  }
}

function judgeTraffic({ cluster }: WorldEnd, court: Court, live: string): void {
  const people = cluster.deeds.some((d) => d.kind === "weights" || d.kind === "removeBackend");
  for (const name of cluster.routeNames()) {
    const shares = cluster.shares(name);
    const service = live === "adopted" ? OLD_SERVICE : `${PLAN}-${live}`;
    court.demand(
      people || shares[service] === 100,
      "end",
      () => `${name} says ${JSON.stringify(shares)}, live is ${live}`,
    );
    const mark = cluster.store.get("routes", name)?.metadata.annotations?.[MARK.run];
    court.demand(mark === undefined || mark.includes("/"), "end", () => `${name} carries the mark ${mark}`);
  }
}
