/**
 * Memory and processor time of the controller with one plan and with many that are idle: each with a completed
 * release, its Services, its route and its Deployment. One release is really made, the others are copies of what it
 * left in the cluster, with Deployments of no replicas (a node does not run a thousand pods).
 * Run: `BASCULE_CLUSTER=<name> node test/bench/idle-plans.ts [plans]`; default 1000.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { minutes, seconds } from "../../src/base/duration.ts";
import { clusterUp, readClusterName } from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { ControllerProcess } from "../lab/controller.ts";
import { addTenant, install } from "../lab/install.ts";
import { type AnyObject, KIND, typeOf } from "../lab/kinds.ts";
import { accepted, Objects } from "../lab/objects.ts";
import { Releases } from "../lab/releases.ts";
import { cloneObject, cloneStatus, type Substitutes } from "./support/clone.ts";
import { readUsage } from "./support/process-figures.ts";

const NAMESPACE = "bench-idle";
const ORIGINAL = "idle-00000";
const AT_ONCE = 16;
/** The controller has this long to come to rest, and is then measured for as long. */
const REST = seconds(30);

const plan: AnyObject = {
  apiVersion: "bascule.dev/v1alpha1",
  kind: "ReleasePlan",
  metadata: { name: ORIGINAL, namespace: NAMESPACE },
  spec: {
    stack: { program: { name: "web-service" }, values: { port: 8080 } },
    capacity: { replicas: 1 },
    traffic: {
      create: { hostnames: [`${ORIGINAL}.example`], parentRefs: [{ name: "edge", namespace: "gateways" }] },
    },
    strategy: { direct: {} },
    timing: { settle: "100ms", drain: "1s", observe: "1s" },
  },
};

const releaseOf = (name: string): string => `${name}-r1`;

/** Objects of the plan that was really released, owners before what they own. */
async function originals(objects: Objects): Promise<readonly AnyObject[]> {
  const ref = { name: ORIGINAL, namespace: NAMESPACE };
  const services = await objects.list(KIND.service, NAMESPACE);
  return [
    await objects.get(KIND.plan, ref),
    await objects.get(KIND.release, { name: releaseOf(ORIGINAL), namespace: NAMESPACE }),
    ...services.filter(({ metadata }) => metadata.name.startsWith(ORIGINAL)),
    await objects.get(KIND.route, ref),
    ...(await objects.list(KIND.deployment, NAMESPACE)),
  ];
}

async function copy(objects: Objects, all: readonly AnyObject[], name: string): Promise<void> {
  const substitutes = new Map([[ORIGINAL, name]]);
  for (const object of all) {
    const made = await objects.create(cloneObject(object, substitutes));
    if (object.metadata.uid !== undefined && made.metadata.uid !== undefined)
      substitutes.set(object.metadata.uid, made.metadata.uid);
    if (object.apiVersion.startsWith("bascule.dev/")) await writeStatus(objects, object, made, substitutes);
  }
}

async function writeStatus(
  objects: Objects,
  object: AnyObject,
  made: AnyObject,
  substitutes: Substitutes,
): Promise<void> {
  const { name, namespace, resourceVersion = "" } = made.metadata;
  const write = { resourceVersion, status: cloneStatus(object, substitutes) };
  const ref = { name, namespace: namespace ?? NAMESPACE };
  accepted(`status of ${name}`, await objects.client.replaceStatus(typeOf(made), ref, write));
}

async function copies(objects: Objects, count: number): Promise<void> {
  const all = await originals(objects);
  let next = 1;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      await copy(objects, all, `idle-${String(n).padStart(5, "0")}`);
      if (n % 100 === 0) process.stderr.write(`${n} of ${count} plans made\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Starts the controller, lets it come to rest, and measures it while nothing happens. */
async function measure(controller: ControllerProcess, plans: number): Promise<void> {
  const started = performance.now();
  await controller.start(minutes(3));
  const readySeconds = (performance.now() - started) / 1_000;
  let passes = -1;
  const quiet = async (): Promise<boolean> => {
    const before = passes;
    passes = (await readUsage(controller)).passes;
    return passes === before && passes >= plans;
  };
  await waitUntil("no plan is looked at any more", quiet, { deadline: minutes(5), every: seconds(3) });
  // Time to give memory back, and then the same again to be measured.
  await sleep(REST);
  const [before, from] = [await readUsage(controller), performance.now()];
  await sleep(REST);
  const [after, took] = [await readUsage(controller), (performance.now() - from) / 1_000];
  const figures = {
    plans,
    readySeconds: Number(readySeconds.toFixed(1)),
    memoryMiB: after.memoryMiB,
    coreShare: Number(((after.cpuSeconds - before.cpuSeconds) / took).toFixed(4)),
    passesWhileIdle: after.passes - before.passes,
  };
  console.log(JSON.stringify(figures));
}

async function main(count: number): Promise<void> {
  const name = readClusterName(process.env.BASCULE_CLUSTER ?? "test");
  const cluster = await clusterUp({ name, keep: true, progress: createProgress(process.stderr) });
  const objects = new Objects(cluster);
  const controller = new ControllerProcess({ cluster, home: mkdtempSync(join(tmpdir(), "bascule-bench-")) });
  try {
    await install(objects);
    await controller.start();
    await objects.remove(KIND.namespace, { name: NAMESPACE }, minutes(10));
    await addTenant(objects, NAMESPACE);
    await objects.apply(plan);
    const releases = new Releases(objects, NAMESPACE, controller);
    await releases.create(ORIGINAL, releaseOf(ORIGINAL), "v1", "localhost/shop:v1");
    await releases.whenPhase(releaseOf(ORIGINAL), "Completed");
    await controller.stop();
    await measure(controller, 1);
    await controller.stop();
    await copies(objects, count);
    await measure(controller, count);
  } finally {
    await controller.start(minutes(3));
    await objects.remove(KIND.namespace, { name: NAMESPACE }, minutes(10));
    await controller.stop();
    controller.clean();
    await objects.close();
  }
}

await main(Number(process.argv[2] ?? 1_000));
