/** One namespace with one plan on the real cluster, a controller that can be killed, load, and an observer. */
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SLOTS } from "../../../src/api/release-plan.ts";
import { minutes, seconds } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { type Cluster, clusterUp, readClusterName } from "../../cluster/index.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { ControllerProcess } from "../../lab/controller.ts";
import { addTenant, install, removeTenant } from "../../lab/install.ts";
import { type AnyObject, KIND } from "../../lab/kinds.ts";
import { clockNow, Load } from "../../lab/load/load.ts";
import { accepted, Objects } from "../../lab/objects.ts";
import { Observer } from "../../lab/observer/observer.ts";
import { Releases } from "../../lab/releases.ts";
import { FOLDER_VARIABLE, Orders } from "./order.ts";
import { HOST, PLAN, type PlanOptions, planObject } from "./plan.ts";

const PREFIX = "faults-";

export interface Bench {
  readonly cluster: Cluster;
  readonly objects: Objects;
  readonly namespace: string;
  readonly home: string;
  readonly controller: ControllerProcess;
  /** The second of a pair, which takes over from the first, and the other way round. */
  readonly partner?: ControllerProcess;
  readonly orders: Orders;
  readonly observer: Observer;
  readonly releases: Releases;
  readonly load: Load;
  /** A good version of the shop, which is not the one that is live. */
  another(): Promise<string>;
  /** Creates a release of a version of the shop. */
  release(name: string, version: string): Promise<void>;
  /** Waits until nothing is going on: no active release, nothing running, the idle slot empty. */
  whenAtRest(): Promise<void>;
  /** Waits for the controller to have died, and starts it again; `again`: it is to die once more, perhaps at once. */
  afterDeath(again: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface BenchOptions {
  /** Requests a second; default 20. */
  readonly rate?: number;
  /** Two controllers that elect a leader by Leases of this duration, in place of one that leads in any case. */
  readonly pair?: string;
  /** The controller's folder; one of its own without it. */
  readonly home?: string;
  /** More arguments of the controller, which win over the usual ones. */
  readonly args?: (cluster: Cluster) => Promise<readonly string[]>;
  /** Makes the first controller's kubeconfig when its service account is there; without it, that account's own. */
  readonly access?: (cluster: Cluster, home: string) => Promise<string>;
  /** Further variables of the first controller. */
  readonly env?: (home: string) => Readonly<Record<string, string>>;
}

/** Brings everything up and the first version live. */
export async function openBench(plan: PlanOptions, options: BenchOptions = {}): Promise<Bench> {
  const { rate = 20, pair, home = mkdtempSync(join(tmpdir(), "bascule-faults-")) } = options;
  const { args, access, env } = options;
  const cluster = await clusterUp({
    name: readClusterName(process.env.BASCULE_CLUSTER ?? "test"),
    keep: true,
  });
  const more = (await args?.(cluster)) ?? [];
  const objects = new Objects(cluster);
  await install(objects);
  const orders = new Orders(home);
  const common = {
    cluster,
    entry: join(import.meta.dirname, "../killing-controller.ts"),
    env: { [FOLDER_VARIABLE]: home },
    // Killed time and again, one alone would have to wait for its own Lease each time.
    extraArgs: [
      ...["--log-level", "debug"],
      ...(pair === undefined ? ["--no-leader-elect"] : ["--lease-duration", pair]),
      ...more,
    ],
  };
  const kubeconfig = await access?.(cluster, home);
  const controller = new ControllerProcess({
    ...{ ...common, home, env: { ...common.env, ...env?.(home) } },
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
  const partner =
    pair === undefined
      ? undefined
      : new ControllerProcess({ ...common, home: `${home}-partner`, partnerOf: home });
  const base = { cluster, objects, home, orders, controller, ...(partner ? { partner } : {}) };
  try {
    await controller.start();
    await removeLeftovers(objects, controller);
    await partner?.start();
    return await openNamespace(base, plan, rate);
  } catch (error) {
    await Promise.all([controller.kill(), partner?.kill()]);
    throw error;
  }
}

type Base = Pick<Bench, "cluster" | "objects" | "home" | "orders" | "controller" | "partner">;

async function openNamespace(base: Base, plan: PlanOptions, rate: number): Promise<Bench> {
  const { cluster, objects, controller, partner, orders } = base;
  const namespace = `${PREFIX}${randomBytes(3).toString("hex")}`;
  await addTenant(objects, namespace);
  const releases = new Releases(objects, namespace, controller);
  const observer = new Observer(objects, namespace);
  await observer.start();
  await objects.apply(planObject(namespace, plan));
  const whenAtRest = (): Promise<void> => atRest(objects, namespace);
  const release = async (name: string, version: string): Promise<void> => {
    await releases.create(PLAN, name, version, `localhost/shop:${version}`);
  };
  await release("first", "v1");
  await releases.whenPhase("first", "Completed");
  await whenAtRest();
  const load = new Load(cluster, { host: HOST, rate, limit: minutes(180) });
  await load.whenAnswered("v1", 5);
  return {
    ...base,
    ...{ namespace, observer, releases, load, release, whenAtRest },
    another: () => another(objects, namespace),
    async afterDeath(again) {
      const dead = (): boolean => !controller.running;
      const explain = (): string => `${JSON.stringify(orders.read())}\n${controller.logTail()}`;
      await waitUntil("the controller kills itself as ordered", dead, { deadline: minutes(2), explain });
      await (again ? controller.launch() : controller.start());
    },
    async close() {
      await load.stop();
      await observer.stop();
      orders.give([]);
      if (!controller.running) await controller.start();
      await removeTenant(objects, namespace, controller);
      await Promise.all([controller.stop(), partner?.stop()]);
      await objects.close();
      controller.clean();
      partner?.clean();
    },
  };
}

/** Namespaces of runs that were interrupted: their plans would keep this controller busy. */
export async function removeLeftovers(
  objects: Objects,
  controller: Pick<ControllerProcess, "running">,
): Promise<void> {
  const all = accepted(
    "list namespaces",
    await objects.client.list(KIND.namespace, { deadline: seconds(15) }),
  );
  const old = all.items.filter(({ metadata }) => metadata.name.startsWith(PREFIX));
  await Promise.all(old.map(({ metadata: { name } }) => removeTenant(objects, name, controller)));
}

async function atRest(objects: Objects, namespace: string): Promise<void> {
  let last = "";
  const look = async (): Promise<boolean> => {
    last = await busy(objects, namespace);
    return last === "";
  };
  const explain = (): string => last;
  await waitUntil("nothing is going on", look, { deadline: minutes(2), every: seconds(0.2), explain });
}

const GOOD = ["v1", "v2", "v3"];

async function another(objects: Objects, namespace: string): Promise<string> {
  const { status } = await objects.get(KIND.plan, { name: PLAN, namespace });
  const live = status?.slots?.[status.liveSlot]?.version;
  return GOOD[(GOOD.indexOf(live) + 1) % GOOD.length] as string;
}

/** What is still going on; empty for nothing. */
export async function busy(objects: Objects, namespace: string): Promise<string> {
  const plan = await objects.get(KIND.plan, { name: PLAN, namespace });
  const { activeRelease, liveSlot } = plan.status ?? {};
  if (activeRelease !== undefined) return `${activeRelease} is active`;
  const deployments = await objects.list(KIND.deployment, namespace);
  const warm = deployments.find(({ metadata, spec }) => {
    const slot = metadata.labels?.["bascule.dev/slot"];
    return SLOTS.some((own) => own === slot) && slot !== liveSlot && spec.replicas !== 0;
  });
  if (warm !== undefined) return `${warm.metadata.name} has ${warm.spec.replicas} replicas`;
  const open = (await objects.list(KIND.verification, namespace)).filter(isOpen);
  return open.length === 0 ? "" : `${open.map((v) => v.metadata.name).join()} has not ended`;
}

export const isOpen = ({ spec, status }: AnyObject): boolean =>
  spec.end !== true && status?.finishedAt === undefined;

/** The present time by the clock that observer, load and record share. */
export const mark = (): Instant => clockNow();
