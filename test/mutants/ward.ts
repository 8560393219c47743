import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult } from "../../src/api/verification.ts";
import { minutes } from "../../src/base/duration.ts";
import { type Cluster, clusterDown, clusterUp, readClusterName } from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { ControllerProcess } from "../lab/controller.ts";
import { allowCredentials, install } from "../lab/install.ts";
import { type AnyObject, KIND, typeOf } from "../lab/kinds.ts";
import { Objects, whenAvailable } from "../lab/objects.ts";
import { told, verifyAlone } from "../lab/verify-alone.ts";
import { objectsOf, programOf } from "./deployment.ts";
import { FAMILIES } from "./families/index.ts";
import type { Mutant } from "./mutant.ts";
import { Traffic } from "./traffic.ts";

const NAMESPACE = "mutants";
/** The healthy service that candidates are compared with. */
const LIVE = "live";
const MOST_ATTEMPTS = 3;

/** Whether the results are what they have to be. */
type Judged = (results: readonly CheckResult[]) => boolean;

/** A cluster with a controller and a healthy live service, in which candidates are verified one by one. */
export class Ward {
  readonly #objects: Objects;
  readonly #controller: ControllerProcess;
  readonly #cluster: Cluster;
  readonly #traffic = new Map<string, Traffic>();
  readonly #clusterScoped: AnyObject[] = [];

  private constructor(objects: Objects, controller: ControllerProcess, cluster: Cluster) {
    this.#objects = objects;
    this.#controller = controller;
    this.#cluster = cluster;
  }

  /** Opens the cluster that BASCULE_CLUSTER names (default `test`), which is started when it is not up. */
  static async open(): Promise<Ward> {
    const name = readClusterName(process.env.BASCULE_CLUSTER ?? "test");
    const cluster = await clusterUp({ name, keep: true, progress: createProgress(process.stderr) });
    const objects = new Objects(cluster);
    const home = mkdtempSync(join(tmpdir(), "bascule-mutants-"));
    const ward = new Ward(objects, new ControllerProcess({ cluster, home }), cluster);
    try {
      await install(objects);
      await objects.remove(KIND.namespace, { name: NAMESPACE });
      await objects.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
      await allowCredentials(objects, NAMESPACE);
      await objects.apply(programOf(NAMESPACE));
      const images = await digestsOf(objects);
      for (const { objects: read } of FAMILIES)
        for (const object of read?.(NAMESPACE, images) ?? []) await ward.#apply(object);
      await ward.#controller.start();
      await ward.#deploy(LIVE);
    } catch (error) {
      await ward.close();
      throw error;
    }
    return ward;
  }

  /**
   * Deploys a candidate, has all checks of all families judge it, and removes it. Where they do not judge as expected,
   * another of its kind is deployed and judged, since checks that look at time measure this machine too when it is
   * busy: a check that is wrong about a candidate is wrong about each. That is told on standard error.
   */
  async verify(name: string, judgedWell: Judged, mutant?: Mutant): Promise<readonly CheckResult[]> {
    for (let attempt = 1; ; attempt++) {
      const results = await this.#verifyOnce(attempt === 1 ? name : `${name}-${attempt}`, mutant);
      if (attempt === MOST_ATTEMPTS || judgedWell(results)) return results;
      process.stderr.write(`${name} is judged again: ${JSON.stringify(results.map(told))}\n`);
    }
  }

  async #verifyOnce(name: string, mutant: Mutant | undefined): Promise<readonly CheckResult[]> {
    const ref = { name, namespace: NAMESPACE };
    await this.#deploy(name, mutant);
    try {
      return await this.#judge(ref);
    } finally {
      this.#traffic.get(name)?.stop();
      await this.#objects.askToRemove(KIND.deployment, ref);
    }
  }

  #judge(ref: { readonly name: string; readonly namespace: string }): Promise<readonly CheckResult[]> {
    const place = { ...ref, dnsServer: this.#cluster.dnsAddress };
    const spec = {
      target: { service: ref.name, baselineService: LIVE },
      window: "10s",
      deadline: "2m",
      checks: FAMILIES.flatMap(({ checks }) => checks(place)),
    };
    return verifyAlone(this.#objects, ref, spec, minutes(3));
  }

  /** Removes everything; the cluster stays, unless BASCULE_CLUSTER_DOWN is 1. */
  async close(): Promise<void> {
    for (const traffic of this.#traffic.values()) traffic.stop();
    try {
      for (const object of this.#clusterScoped)
        await this.#objects.askToRemove(typeOf(object), { name: object.metadata.name });
      await this.#objects.askToRemove(KIND.namespace, { name: NAMESPACE });
    } finally {
      await this.#controller.stop();
      this.#controller.clean();
      await this.#objects.close();
    }
    if (process.env.BASCULE_CLUSTER_DOWN === "1") await clusterDown(this.#cluster.name);
  }

  async #deploy(name: string, mutant?: Mutant): Promise<void> {
    for (const object of objectsOf({ namespace: NAMESPACE, name }, mutant)) await this.#apply(object);
    const ref = { name, namespace: NAMESPACE };
    await whenAvailable(this.#objects, ref);
    const { spec } = await this.#objects.get(KIND.service, ref);
    this.#traffic.set(name, new Traffic(`http://${spec.clusterIP}:80/`));
  }

  async #apply(object: AnyObject): Promise<void> {
    await this.#objects.apply(object);
    if (object.metadata.namespace === undefined) this.#clusterScoped.push(object);
  }
}

/** Digests of the images that the node has, by their tags. */
async function digestsOf(objects: Objects): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const { status } of await objects.list(KIND.node))
    for (const { names } of status?.images ?? []) {
      const digest = (names as readonly string[]).map((name) => name.split("@")[1]).find((part) => part);
      for (const name of names) if (digest !== undefined && !name.includes("@")) digests.set(name, digest);
    }
  return digests;
}
