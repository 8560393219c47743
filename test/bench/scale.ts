/**
 * The controller with many plans, and with many releases at once (design, section 8).
 *
 * What is real: the API server, every object, the controller and all its requests, the routes and Traefik's reports on
 * them, the checks and the pods that answer them. What is copied: one plan is really released, and the others are
 * copies of what that left in etcd. So that copies of Deployments, pods and endpoints keep their statuses,
 * Kubernetes' own controllers and scheduler are stopped meanwhile, and so is the tests' monitoring; copies of endpoints
 * have the addresses of the original's pods. Pulumi runs for the original only. The cluster is made for this and removed
 * at the end.
 *
 * Run: `BASCULE_CLUSTER=<name> node test/bench/scale.ts [--plans 1000,10000] [--releases 200] [--quick] [--json]`;
 * 0 leaves a part out.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { minutes } from "../../src/base/duration.ts";
import { collectionPath } from "../../src/kube/resources.ts";
import { TYPES } from "../../src/world/types.ts";
import {
  type Cluster,
  type ComponentName,
  clusterDown,
  clusterUp,
  readClusterName,
} from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { ControllerProcess } from "../lab/controller.ts";
import { copyInEtcd } from "../lab/etcd/copies.ts";
import { install } from "../lab/install.ts";
import { Objects } from "../lab/objects.ts";
import { measureBusy } from "./scale/busy.ts";
import { added, weighAll } from "./scale/bytes.ts";
import { type IdleFigures, measureIdle } from "./scale/idle.ts";
import { Original, planName } from "./scale/original.ts";
import { renderReport, type ScaleReport } from "./scale/report.ts";

const { values: options } = parseArgs({
  options: {
    plans: { type: "string", default: "1,1000,10000" },
    releases: { type: "string", default: "200" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const PLANS = options.quick ? [1, 50] : options.plans.split(",").map(Number).filter(Boolean);
const RELEASES = options.quick ? 10 : Number(options.releases);
/** Seconds to come to rest, and again to be measured. */
const REST = options.quick ? 10 : 30;
const name = readClusterName(process.env.BASCULE_CLUSTER ?? "bench");
const progress = createProgress(process.stderr);
/** Prometheus, and what tells it of pods: that asks for all of them each second, 78 MB of 10,000, and keeps more than a core busy. */
const MONITORING = ["prometheus", "discovery"] as const;

interface Stage {
  readonly cluster: Cluster;
  readonly objects: Objects;
  readonly controller: ControllerProcess;
  /** The plan that is really released. */
  readonly original: Original;
  /** From now on nobody acts but the API server, and what is not named. */
  holdStill(components: readonly ComponentName[]): Promise<void>;
}

/** A cluster of its own with a controller and a plan in it; removed when `run` has ended. */
async function onStage<T>(run: (stage: Stage) => Promise<T>): Promise<T> {
  const cluster = await clusterUp({ name, progress });
  const objects = new Objects(cluster);
  const home = mkdtempSync(join(tmpdir(), "bascule-bench-"));
  const entry = join(import.meta.dirname, "../lab/collecting-controller.ts");
  const controller = new ControllerProcess({ cluster, home, entry, extraArgs: ["--no-leader-elect"] });
  const original = new Original(objects, "bench-scale", controller);
  const holdStill = async (components: readonly ComponentName[]): Promise<void> => {
    await Promise.all(components.map((component) => cluster.component(component).stop()));
  };
  try {
    await install(objects);
    await controller.start();
    await progress.step("one plan, released", () => original.make());
    return await run({ cluster, objects, controller, original, holdStill });
  } finally {
    await controller.kill();
    controller.clean();
    await objects.close();
    await clusterDown(name);
  }
}

/** Makes the plans `from` to `to`, which are copies of the original. */
async function copies(
  { cluster, objects, original }: Stage,
  { from, to, headless }: { readonly from: number; readonly to: number; readonly headless: boolean },
): Promise<void> {
  if (to < from) return;
  const { namespace } = original;
  const all = Array.from({ length: to - from + 1 }, (_, i) => planName(from + i));
  await progress.step(`${all.length} copies of it`, async () => {
    const { objects: each, bytes } = await copyInEtcd(
      cluster,
      objects,
      { namespace, name: planName(0), copies: all },
      { headless },
    );
    progress.note(`each ${each} objects, ${(bytes / 1_024).toFixed(1)} KiB in etcd`);
    await warmUp(objects);
  });
}

const STREAMED = {
  sendInitialEvents: "true",
  resourceVersionMatch: "NotOlderThan",
  allowWatchBookmarks: "true",
} as const;

/** An API server that has just started reads its resources, for all that watch it; others have long done so. */
async function warmUp({ client: { transport } }: Objects): Promise<void> {
  for (const type of Object.values(TYPES)) {
    const read = async (): Promise<boolean> => {
      const query = { watch: "true", timeoutSeconds: "1", ...STREAMED };
      const watch = await transport.stream({ method: "GET", path: collectionPath(type), query });
      if (watch.ok) for await (const _ of watch.value.chunks) break;
      return watch.ok;
    };
    await waitUntil(`${type.plural} can be watched`, read, { deadline: minutes(2) });
  }
  await sleep(REST * 1_000);
}

async function idle(stage: Stage): Promise<ScaleReport["idle"]> {
  const { controller, holdStill } = stage;
  await controller.stop();
  await holdStill(["controller-manager", "scheduler", "kube-proxy", "traefik", ...MONITORING]);
  const found: IdleFigures[] = [];
  let made = 1;
  for (const plans of PLANS) {
    await copies(stage, { from: made, to: plans - 1, headless: true });
    made = Math.max(made, plans);
    const figures = await progress.step(`${plans} idle plans measured`, () =>
      measureIdle(controller, plans, REST),
    );
    progress.note(JSON.stringify(figures));
    found.push(figures);
    await controller.stop();
  }
  return found;
}

async function busy(stage: Stage): Promise<Pick<ScaleReport, "busy" | "release">> {
  const { objects, controller, original } = stage;
  const { namespace } = original;
  const before = await weighAll(objects, namespace);
  await progress.step("a second release of it, with all its steps", () => original.release(2));
  const release = added(before, await weighAll(objects, namespace));
  await progress.step("a third that stays at its first step", () => original.hold(3));
  await controller.stop();
  await stage.holdStill(["controller-manager", "scheduler", ...MONITORING]);
  await copies(stage, { from: 1, to: RELEASES, headless: false });
  const figures = await progress.step(`${RELEASES} releases in progress`, () =>
    measureBusy(objects, namespace, controller, RELEASES, REST, progress.note),
  );
  return { busy: figures, release };
}

const report: ScaleReport = {
  idle: PLANS.length === 0 ? [] : await onStage(idle),
  ...(RELEASES > 0 ? await onStage(busy) : {}),
};
console.log(options.json ? JSON.stringify(report, undefined, 2) : renderReport(report));
