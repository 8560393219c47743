/**
 * Time from a Release being created to its candidate's pods being ready, by the API server's own objects: median of
 * nine releases of the shop, each into the idle slot, without traffic. Pods of the shop start in about a second.
 * Run: `BASCULE_CLUSTER=<name> node test/bench/preparing.ts`.
 */
import { milliseconds, minutes } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { World } from "../e2e/world.ts";
import { KIND } from "../lab/kinds.ts";
import { REPLICAS, SHOP, writePlan } from "../lab/shop.ts";
import { median } from "./support/median.ts";

const ROUNDS = 9;

/** All replicas of the slot run this release and are ready. */
async function podsReady(world: World, slot: string, release: string): Promise<boolean> {
  const ref = { name: `${SHOP}-${slot}`, namespace: world.shop.namespace };
  const found = await world.objects.find(KIND.deployment, ref);
  if (found?.spec.template.metadata.labels["bascule.dev/release"] !== release) return false;
  const { observedGeneration, updatedReplicas, readyReplicas, replicas } = found.status ?? {};
  return (
    observedGeneration === found.metadata.generation &&
    [updatedReplicas, readyReplicas, replicas].every((n) => n === REPLICAS)
  );
}

async function round(world: World, n: number): Promise<number> {
  const [name, version] = [`round-${n}`, n % 2 === 0 ? "v1" : "v2"];
  const start = performance.now();
  await world.releases.create(SHOP, name, version, `localhost/shop:${version}`);
  const slot = n % 2 === 0 ? "blue" : "green";
  const ready = (): Promise<boolean> => podsReady(world, slot, name);
  await waitUntil(`pods of ${name} are ready`, ready, { deadline: minutes(1), every: milliseconds(50) });
  const took = Math.round(performance.now() - start);
  await world.releases.whenPhase(name, "Completed");
  await world.whenLive(slot);
  return took;
}

const world = await World.open("bench-preparing");
try {
  await writePlan(world.objects, world.shop, {
    strategy: { direct: {} },
    verification: [],
    timing: { observe: "1s" },
  });
  const taken: number[] = [];
  // The first one makes the stacks, and does not count.
  for (let n = 0; n <= ROUNDS; n++) {
    const took = await round(world, n);
    if (n > 0) taken.push(took);
    process.stderr.write(`${n}  ${took} ms\n`);
  }
  console.log(JSON.stringify({ rounds: taken, medianReadyMs: median(taken) }));
} finally {
  await world.close();
}
