import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { type Cluster, clusterDown, clusterUp, readClusterName } from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type ControllerOptions, ControllerProcess } from "../lab/controller.ts";
import { addTenant, install, removeTenant } from "../lab/install.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow, Load, type LoadOptions } from "../lab/load/load.ts";
import { whenServed } from "../lab/load/served.ts";
import { Objects } from "../lab/objects.ts";
import { lawsBroken, renderBreach, sharesOf } from "../lab/observer/laws.ts";
import { Observer } from "../lab/observer/observer.ts";
import { ofPlan } from "../lab/observer/of-plan.ts";
import type { Sighting } from "../lab/observer/sighting.ts";
import { type LabController, PodController } from "../lab/pod-controller.ts";
import { Releases } from "../lab/releases.ts";
import { copyPack, deployByHand, SHOP, type Shop, STOREFRONT } from "../lab/shop.ts";
import type { Version } from "../lab/version.ts";

/** With BASCULE_CONTROLLER=pod every file has it in the cluster, apart from those that compose one of their own. */
const inPods = ({ entry }: Pick<ControllerOptions, "entry">): boolean =>
  process.env.BASCULE_CONTROLLER === "pod" && entry === undefined;

/** Beside this process it reads them where they lie: the folder above a program is named. */
const withPrograms = (
  { extraArgs = [] }: Pick<ControllerOptions, "extraArgs">,
  folders: readonly string[],
) => ({
  extraArgs: [...extraArgs, ...folders.flatMap((folder) => ["--programs", dirname(folder)])],
});

/** A cluster with a controller, a team's namespace, a steady stream of requests and an observer. */
export class World {
  readonly cluster: Cluster;
  readonly objects: Objects;
  readonly controller: LabController;
  /** The controller's folder, where it runs beside this process. */
  readonly home: string;
  readonly observer: Observer;
  readonly load: Load;
  readonly releases: Releases;
  readonly shop: Shop;

  private constructor(
    cluster: Cluster,
    objects: Objects,
    controller: LabController,
    home: string,
    shop: Shop,
    load: Pick<LoadOptions, "limit">,
  ) {
    this.cluster = cluster;
    this.objects = objects;
    this.controller = controller;
    this.home = home;
    this.shop = shop;
    this.observer = new Observer(objects, shop.namespace);
    this.releases = new Releases(objects, shop.namespace, controller);
    this.load = new Load(cluster, { host: shop.host, ...load });
  }

  /**
   * Opens the cluster that BASCULE_CLUSTER names (default `test`), which is started when it is not up, puts version
   * v0 of the shop into a namespace of its own as a team would, and sends 100 requests a second to it.
   */
  static async open(
    namespace: string,
    options: Pick<ControllerOptions, "entry" | "extraArgs"> & {
      readonly load?: Pick<LoadOptions, "limit">;
      /** Where the controller runs: in the cluster, installed as people do it, or beside this process. */
      readonly inCluster?: boolean;
      /** Folders of stack programs that it has beside the built-in ones. */
      readonly programs?: readonly string[];
      /** Which controller that is; default: this checkout's. */
      readonly version?: Version;
    } = {},
  ): Promise<World> {
    const { load = {}, inCluster = inPods(options), programs = [], version, ...controlled } = options;
    const name = readClusterName(process.env.BASCULE_CLUSTER ?? "test");
    const cluster = await clusterUp({ name, keep: true, progress: createProgress(process.stderr) });
    const objects = new Objects(cluster);
    const home = mkdtempSync(join(tmpdir(), "bascule-e2e-"));
    const controller = inCluster
      ? new PodController(cluster, objects, { args: options.extraArgs, programs, version })
      : new ControllerProcess({ cluster, home, ...controlled, ...withPrograms(controlled, programs) });
    const shop = { namespace, host: `${namespace}.example` };
    try {
      await install(objects);
      await controller.start();
      await objects.remove(KIND.namespace, { name: namespace });
      await addTenant(objects, namespace);
      await copyPack(objects, namespace);
      await deployByHand(objects, shop);
      await whenServed(cluster, shop.host, "v0");
    } catch (error) {
      await controller.stop();
      controller.clean();
      throw error;
    }
    const world = new World(cluster, objects, controller, home, shop, load);
    await world.observer.start();
    await world.load.whenAnswered("v0", 100);
    return world;
  }

  /** Requests lost since a time, own failures of `except` apart, with their causes. */
  lost(from: Instant, except?: string): Readonly<Record<string, number>> {
    return this.load.answers.figures({ from }, except).causes;
  }

  /** Shares that a slot had since a time, one after the other. */
  shares(slot: "blue" | "green", from: Instant): readonly number[] {
    const log = this.#log().filter(({ at }) => at >= from);
    const seen = sharesOf(log, `${SHOP}-${slot}`);
    return seen[0] === 0 ? seen : [0, ...seen];
  }

  /** Laws broken so far. */
  breaches(): readonly string[] {
    const sides = { plan: SHOP, adopted: STOREFRONT };
    return lawsBroken(this.#log(), sides, clockNow()).map(renderBreach);
  }

  /** What was seen of the shop; there may be other plans beside it. */
  #log(): readonly Sighting[] {
    return ofPlan(this.observer.log(), SHOP);
  }

  /** What must not change of a side: its Deployment's generation and its pods. */
  async fingerprint(side: "blue" | "green" | "adopted"): Promise<Readonly<Record<string, unknown>>> {
    const { namespace } = this.shop;
    const name = side === "adopted" ? STOREFRONT : `${SHOP}-${side}`;
    const { metadata, spec } = await this.objects.get(KIND.deployment, { name, namespace });
    const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    const pods = await this.objects.list(KIND.pod, namespace, selector.join(","));
    // Pods of the side's former release may still be on their way out.
    const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const uids = staying.map((pod) => pod.metadata.uid).sort();
    return { generation: metadata.generation, uid: metadata.uid, spec, pods: uids };
  }

  /** Waits until the plan says that a side is live, which it does right after the release is complete. */
  async whenLive(side: "blue" | "green" | "adopted"): Promise<AnyObject> {
    let last: AnyObject | undefined;
    const live = async (): Promise<boolean> => {
      last = await this.objects.get(KIND.plan, { name: SHOP, namespace: this.shop.namespace });
      return last.status?.liveSlot === side && last.status.activeRelease === undefined;
    };
    const explain = (): string => JSON.stringify(last?.status, undefined, 2);
    const what = `${side} is live and no release is active`;
    await waitUntil(what, live, { deadline: seconds(15), every: seconds(0.1), explain });
    if (last === undefined) throw new Error("unreachable");
    return last;
  }

  async route(): Promise<AnyObject> {
    return this.objects.get(KIND.route, { name: SHOP, namespace: this.shop.namespace });
  }

  /** Removes everything, without waiting for the last pods; the cluster stays, unless BASCULE_CLUSTER_DOWN is 1. */
  async close(): Promise<void> {
    await Promise.allSettled([this.load.stop(), this.observer.stop()]);
    try {
      await removeTenant(this.objects, this.shop.namespace, this.controller);
    } finally {
      await this.controller.stop();
      this.controller.clean();
      await this.objects.close();
    }
    if (process.env.BASCULE_CLUSTER_DOWN === "1") await clusterDown(this.cluster.name);
  }
}
