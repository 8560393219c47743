/** A namespace in which one scenario plays: its plan, what was released before, an observer and a client. */
import { randomBytes } from "node:crypto";
import { minutes, seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { addTenant, removeTenant } from "../../lab/install.ts";
import { type AnyObject, KIND } from "../../lab/kinds.ts";
import { Load } from "../../lab/load/load.ts";
import { Engines } from "../../lab/observer/engines.ts";
import { Observer } from "../../lab/observer/observer.ts";
import { Releases } from "../../lab/releases.ts";
import { deployByHand, SHOP } from "../../lab/shop.ts";
import { busy } from "../support/bench.ts";
import { planObject } from "../support/plan.ts";
import { preparedName } from "./inventory.ts";
import type { Lane } from "./lane.ts";
import type { Scenario } from "./scenario.ts";

export interface Town {
  readonly lane: Lane;
  readonly scenario: Scenario;
  readonly namespace: string;
  readonly observer: Observer;
  readonly engines: Engines;
  readonly releases: Releases;
  /** The client, from its first use on. */
  load(): Load;
  /** The plan; undefined once it is deleted. */
  plan(): Promise<AnyObject | undefined>;
  /** Waits until no release is active, all slots but the live one are empty, and checks have ended. */
  whenAtRest(): Promise<void>;
  /** No further requests and no further looks; what is there stays. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the namespace and brings it to where the scenario begins. */
export async function openTown(lane: Lane, scenario: Scenario): Promise<Town> {
  const { objects, controller, cluster } = lane;
  const namespace = `faults-${randomBytes(3).toString("hex")}`;
  const host = `${namespace}.test`;
  await addTenant(objects, namespace);
  const observer = new Observer(objects, namespace);
  const engines = new Engines(namespace);
  const releases = new Releases(objects, namespace, controller);
  let load: Load | undefined;
  const town: Town = {
    ...{ lane, scenario, namespace, observer, engines, releases },
    load() {
      load ??= new Load(cluster, { host, rate: scenario.rate ?? 20, limit: minutes(180) });
      return load;
    },
    plan: () => objects.find(KIND.plan, { name: SHOP, namespace }),
    whenAtRest: () => whenAtRest(town),
    async leave() {
      engines.stop();
      const loaded = load;
      load = undefined;
      await Promise.allSettled([loaded?.stop(), observer.stop()]);
    },
    async close() {
      await town.leave();
      await removeTenant(objects, namespace, controller);
    },
  };
  await observer.start();
  if (scenario.byHand) await deployByHand(objects, { namespace, host });
  await prepare(town, host);
  return town;
}

async function prepare(town: Town, host: string): Promise<void> {
  const { lane, scenario, namespace, releases } = town;
  const writePlan = (more: object): Promise<unknown> =>
    lane.objects.apply(layOver(planOf(namespace, host), more));
  await writePlan(scenario.plan);
  for (const [index, version] of scenario.prepared.entries()) {
    const name = preparedName(index);
    await releases.create(SHOP, name, version, `localhost/shop:${version}`);
    await releases.whenPhase(name, "Completed", minutes(5));
    await town.whenAtRest();
  }
  if (scenario.after) await writePlan({ ...scenario.plan, ...scenario.after });
}

/** What all scenarios have in common: short times, two replicas, a route of its own, one check. */
function planOf(namespace: string, host: string): AnyObject {
  const plan = planObject(namespace, {
    verification: [{ name: "health", http: { path: "/healthz", interval: "300ms", successes: 1 } }],
  });
  const create = { hostnames: [host], parentRefs: [{ name: "edge", namespace: "gateways" }] };
  return { ...plan, spec: { ...plan.spec, traffic: { create } } };
}

const layOver = (plan: AnyObject, more: object): AnyObject => ({ ...plan, spec: { ...plan.spec, ...more } });

async function whenAtRest(town: Town): Promise<void> {
  const { lane, namespace, scenario } = town;
  let last = "";
  const look = async (): Promise<boolean> => {
    last = (await town.plan()) === undefined ? "" : await busy(lane.objects, namespace);
    return last === "";
  };
  const explain = (): string => `${scenario.name}: ${last}\n${lane.controller.logTail()}`;
  await waitUntil("nothing is going on", look, { deadline: minutes(3), every: seconds(0.2), explain });
}
