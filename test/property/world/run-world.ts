/** Runs a scenario from the world's beginning to its rest, under all laws. */
import type { Release } from "../../../src/api/release.ts";
import type { ReleasePlanStatus } from "../../../src/api/release-plan.ts";
import { SimWorld } from "./begin.ts";
import { type Cluster, PLAN } from "./cluster.ts";
import { endOf, judgeEnd, remedyFor, type WorldEnd } from "./judge-end.ts";
import { LawBroken } from "./laws/law.ts";
import type { Scenario } from "./scenario.ts";

const MINUTE = 60_000;
/** Time in which things may go wrong. */
const CHAOS_MS = 15 * MINUTE;
/** Time in which a fair world must come to rest. */
const REST_MS = 3 * 60 * MINUTE;
/** How often a person does what the conditions ask for. */
const MOST_REMEDIES = 4;
/** Lines of the timeline in the message of a broken law. */
const SHOWN = 120;

/** Something that an example does to the world, at a time after the release was created. */
export interface Act {
  readonly atMs: number;
  readonly do: (cluster: Cluster) => void;
}

/** @throws LawBroken with the timeline */
export async function runWorld(scenario: Scenario, acts: readonly Act[] = []): Promise<WorldEnd> {
  const world = new SimWorld(scenario);
  const { sim, cluster, people } = world;
  const shares: number[] = [];
  try {
    watchShares(cluster, shares);
    await world.begin();
    for (const { atMs, do: act } of acts) sim.after(atMs, ["act"], () => act(cluster));
    for (const { atMs, deed } of scenario.events) sim.after(atMs, ["deed", deed], () => people.do(deed));
    await sim.run(sim.age + CHAOS_MS);
    await calmDown(world);
    const end = endOf(world, shares);
    judgeEnd(end, world.court);
    return end;
  } catch (error) {
    const lines = sim.timeline.slice(-SHOWN).join("\n");
    if (error instanceof Error) error.message = `${error.message}\n${lines}`;
    throw error;
  }
}

/** No further faults: everything must end. A revert that failed for good is ended by a person. */
async function calmDown({ sim, controller, court, people }: SimWorld): Promise<void> {
  sim.tell("the world is fair from here");
  controller.requests.calm = true;
  await sim.run(sim.age + REST_MS);
  for (let tries = 0; tries < MOST_REMEDIES; tries++) {
    const remedy = remedyFor(court);
    if (remedy === undefined) break;
    people.do(remedy);
    await sim.run(sim.age + REST_MS);
  }
  court.demand(sim.isIdle, "rest", () => "the world does not come to rest");
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

export { LawBroken };
