/** Runs a scenario from the world's beginning to its rest, under all laws. */
import { MARK } from "../../../src/api/object.ts";
import type { Release } from "../../../src/api/release.ts";
import { type ReleasePlan, type ReleasePlanStatus, SLOTS, type Slot } from "../../../src/api/release-plan.ts";
import { isFinal } from "../../../src/core/plan/phases.ts";
import { Cluster, OLD_SERVICE, PLAN } from "./cluster.ts";
import { Controller } from "./controller.ts";
import { judgeDeleted, judgeEmptied } from "./laws/deletion.ts";
import { allLaws } from "./laws/index.ts";
import { Court, LawBroken } from "./laws/law.ts";
import { People } from "./people.ts";
import type { Deed, Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";
import { PROGRAM_FLOOR } from "./slots.ts";

const MINUTE = 60_000;
/** Time in which things may go wrong. */
const CHAOS_MS = 15 * MINUTE;
/** Time in which a fair world must come to rest. */
const REST_MS = 3 * 60 * MINUTE;
/** How often a person does what the conditions ask for. */
const MOST_REMEDIES = 4;
/** Lines of the timeline in the message of a broken law. */
const SHOWN = 120;

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

/** Something that an example does to the world, at a time after the release was created. */
export interface Act {
  readonly atMs: number;
  readonly do: (cluster: Cluster) => void;
}

/** @throws LawBroken with the timeline */
export async function runWorld(scenario: Scenario, acts: readonly Act[] = []): Promise<WorldEnd> {
  const sim = new Simulation();
  const cluster = new Cluster(sim, scenario);
  const court = new Court(cluster);
  const controller = new Controller(cluster, allLaws(court));
  const shares: number[] = [];
  try {
    await prepare(cluster, controller);
    watchShares(cluster, shares);
    for (const { atMs, do: act } of acts) sim.after(atMs, () => act(cluster));
    await disturb(cluster, controller);
    await calmDown(cluster, controller, court);
    const end = endOf(cluster, controller, shares);
    judgeEnd(end, court);
    return end;
  } catch (error) {
    const lines = sim.timeline.slice(-SHOWN).join("\n");
    if (error instanceof Error) error.message = `${error.message}\n${lines}`;
    throw error;
  }
}

/** The state before the release: nothing, the user's own Service, or a former release on blue. */
async function prepare(cluster: Cluster, controller: Controller): Promise<void> {
  const { scenario, sim, store } = cluster;
  controller.requests.calm = true;
  cluster.makePlan();
  const spec = store.get("plans", PLAN)?.spec;
  store.edit("plans", PLAN, (p) => ({ ...p, spec: { ...(p.spec as object), strategy: { direct: {} } } }));
  if (scenario.routes === "one" || scenario.routes === "two") cluster.makeOldService();
  if (scenario.routes === "one" || scenario.routes === "two")
    for (const name of cluster.routeNames())
      cluster.makeRoute(name, [{ name: OLD_SERVICE, port: 8080, weight: 1 }]);
  controller.start();
  await sim.run(sim.age + MINUTE);
  if (scenario.start === "blue") {
    cluster.makeRelease("r0", "1.0.0");
    await sim.run(sim.age + 15 * MINUTE);
    const live = (store.get("plans", PLAN)?.status as ReleasePlanStatus | undefined)?.liveSlot;
    if (live !== "blue") throw new Error("the first release did not complete");
  }
  store.edit("plans", PLAN, (p) => ({ ...p, spec }));
  await sim.run(sim.age + MINUTE);
}

async function disturb(cluster: Cluster, controller: Controller): Promise<void> {
  const { scenario, sim } = cluster;
  const people = new People(cluster, controller);
  sim.timeline.length = 0;
  cluster.epoch = sim.age;
  cluster.isBroken = scenario.broken;
  controller.requests.calm = false;
  controller.results.armed = true;
  controller.requests.count = 0;
  cluster.makeRelease("r1", "1.1.0");
  for (const { atMs, deed } of scenario.events) sim.after(atMs, () => people.do(deed));
  await sim.run(sim.age + CHAOS_MS);
}

/** No further faults: everything must end. A revert that failed for good is ended by a person. */
async function calmDown(cluster: Cluster, controller: Controller, court: Court): Promise<void> {
  const { sim } = cluster;
  sim.tell("the world is fair from here");
  controller.requests.calm = true;
  const people = new People(cluster, controller);
  await sim.run(sim.age + REST_MS);
  for (let tries = 0; tries < MOST_REMEDIES; tries++) {
    const remedy = remedyFor(court);
    if (remedy === undefined) break;
    people.do(remedy);
    await sim.run(sim.age + REST_MS);
  }
  court.demand(sim.isIdle, "rest", () => "the world does not come to rest");
}

/** What a person does who reads the conditions. */
function remedyFor(court: Court): Deed | undefined {
  if (court.active()?.status.phase === "RevertFailed") return { kind: "acceptLive" };
  const plan = court.plan();
  const stalled = plan?.status?.conditions?.find((c) => c.type === "Stalled")?.reason;
  if (plan?.metadata.deletionTimestamp === undefined || stalled === undefined) return undefined;
  court.demand(stalled === "SlotInTraffic", "end", () => `the deletion is stalled by ${stalled}`);
  return { kind: plan.spec.deletionPolicy === "Delete" ? "pointAway" : "pointHome" };
}

function watchShares(cluster: Cluster, shares: number[]): void {
  cluster.onChange = (kind, _before, after) => {
    if (kind !== "routes" || after?.metadata.name !== PLAN || cluster.epoch === undefined) return;
    const plan = cluster.store.get("plans", PLAN)?.status as ReleasePlanStatus | undefined;
    const active = cluster.store.get("releases", plan?.activeRelease ?? "") as unknown as Release | undefined;
    const slot = active?.status?.frozen?.slot;
    if (slot === undefined) return;
    const share = cluster.shares(PLAN)[`${PLAN}-${slot}`] ?? 0;
    if (shares.at(-1) !== share) shares.push(share);
  };
}

function endOf(cluster: Cluster, controller: Controller, shares: readonly number[]): WorldEnd {
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

/** Nothing waits for ever, all traffic is on the live side, and the idle slot is at rest. */
function judgeEnd(end: WorldEnd, court: Court): void {
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
  const set = cluster.scenario.events.flatMap(({ deed }) => (deed.kind === "setFloor" ? [deed.floor] : []));
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
  const people = cluster.scenario.events.some(
    (e) => e.deed.kind === "weights" || e.deed.kind === "removeBackend",
  );
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

export { LawBroken };
