/** A cluster with a controller that can be killed; runs of scenarios follow one another on it. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "../../../src/base/duration.ts";
import { type Cluster, clusterUp, readClusterName } from "../../cluster/index.ts";
import { answers, waitUntil } from "../../cluster/lib/wait.ts";
import { install } from "../../lab/install.ts";
import { clockNow } from "../../lab/load/load.ts";
import { Objects, ROOT } from "../../lab/objects.ts";
import { removeLeftovers } from "../support/bench.ts";
import { FOLDER_VARIABLE, Orders } from "../support/order.ts";
import { Lives } from "./lives.ts";

export interface Lane {
  readonly cluster: Cluster;
  readonly objects: Objects;
  readonly controller: Lives;
  readonly orders: Orders;
  /** Waits until the controller is ready and has done nothing for a while. */
  whenQuiet(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than a controller at work does nothing; what it waits for longer is awaited by name. */
const QUIET_MS = 1_500;

export async function openLane(clusterName = process.env.BASCULE_CLUSTER ?? "test"): Promise<Lane> {
  const cluster = await clusterUp({ name: readClusterName(clusterName), keep: true });
  const objects = new Objects(cluster);
  await install(objects);
  const home = mkdtempSync(join(tmpdir(), "bascule-faults-"));
  const orders = new Orders(home);
  const controller = new Lives({
    cluster,
    home,
    entry: join(import.meta.dirname, "../killing-controller.ts"),
    // Started time and again: what Node has compiled once need not be compiled anew.
    env: { [FOLDER_VARIABLE]: home, NODE_COMPILE_CACHE: join(home, "compiled") },
    extraArgs: [
      ...["--log-level", "debug", "--no-leader-elect"],
      ...["--programs", join(ROOT, "manifests/samples/programs")],
    ],
  });
  await controller.start();
  await removeLeftovers(objects, controller);
  return {
    ...{ cluster, objects, controller, orders },
    whenQuiet: () => whenQuiet(controller, orders),
    async close() {
      orders.give([]);
      await controller.stop();
      await objects.close();
      controller.clean();
    },
  };
}

async function whenQuiet(controller: Lives, orders: Orders): Promise<void> {
  let ready = { url: "", since: 0 };
  const quiet = async (): Promise<boolean> => {
    if (!controller.running) return false;
    const { url } = controller;
    if (ready.url !== url && (await answers(`${url}/readyz`))) ready = { url, since: clockNow() };
    const last = Math.max(ready.since, orders.entries().at(-1)?.at ?? 0);
    return ready.url === url && clockNow() - last > QUIET_MS;
  };
  const explain = (): string => JSON.stringify(orders.entries().slice(-5), undefined, 1);
  const wait = { deadline: seconds(120), every: seconds(0.1), explain };
  await waitUntil("the controller has nothing more to do", quiet, wait);
}
