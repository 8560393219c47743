/** A world up to the moment in which the release begins that everything is about. */
import type { ReleasePlanStatus } from "../../../src/api/release-plan.ts";
import type { decide } from "../../../src/core/plan/decide.ts";
import { Cluster, OLD_SERVICE, PLAN } from "./cluster.ts";
import { Controller } from "./controller.ts";
import { allLaws, type LawOptions } from "./laws/index.ts";
import { Court } from "./laws/law.ts";
import { People } from "./people.ts";
import { type Restore, together } from "./restore.ts";
import type { Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";

const MINUTE = 60_000;

/** A simulated world, with all laws watching. */
export class SimWorld {
  readonly sim = new Simulation();
  readonly cluster: Cluster;
  readonly court: Court;
  readonly controller: Controller;
  readonly people: People;

  constructor(scenario: Scenario, options: LawOptions & { readonly decides?: typeof decide } = {}) {
    this.cluster = new Cluster(this.sim, scenario);
    this.court = new Court(this.cluster);
    this.controller = new Controller(this.cluster, allLaws(this.court, options), options.decides);
    this.people = new People(this.cluster, this.controller);
  }

  /** Between two passes only. */
  save(): Restore {
    return together([this.cluster.save(), this.controller.save(), this.people.save(), this.court.save()]);
  }

  /** From here on the scenario is in force, and the release exists. */
  async begin(): Promise<void> {
    const { cluster, controller, sim } = this;
    await prepare(cluster, controller);
    sim.timeline.length = 0;
    cluster.epoch = sim.age;
    cluster.isBroken = cluster.scenario.broken;
    controller.requests.calm = false;
    controller.results.armed = true;
    controller.requests.count = 0;
    cluster.makeRelease("r1", "1.1.0");
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
