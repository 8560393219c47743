/** Somebody deletes what carries the traffic: what Bascule made is made again, and releases go on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { sharesOf } from "../lab/observer/laws.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import { expectLawsKept, expectNoneLost } from "./support/evidence.ts";
import { HEALTH, PLAN } from "./support/plan.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await openBench({ verification: [HEALTH], hold: "manual" }, { rate: 40 });
});
afterAll(() => bench?.close());

const plan = (): Promise<AnyObject> =>
  bench.objects.get(KIND.plan, { name: PLAN, namespace: bench.namespace });

/** Deletes an object, and waits until clients have been without answers and have them again. */
async function outage(kind: "route" | "service", name: string): Promise<Instant> {
  const { load, objects, namespace } = bench;
  const from = mark();
  await objects.askToRemove(KIND[kind], { name, namespace });
  const every = seconds(0.05);
  const lost = (): number => load.answers.figures({ from }).lost;
  await waitUntil(`${name} is missed`, () => lost() > 0, { deadline: seconds(30), every });
  let since = mark();
  let seen = lost();
  const well = (): boolean => {
    if (lost() > seen) [since, seen] = [mark(), lost()];
    return mark() - since > 1_000 && load.answers.figures({ from: since }).requests > 20;
  };
  await waitUntil(`requests are answered again`, well, { deadline: seconds(60), every });
  console.info(`${kind} ${name}: ${((since - from) / 1_000).toFixed(1)} s without it, ${seen} requests lost`);
  return since;
}

async function promote(name: string): Promise<void> {
  await bench.releases.when(
    name,
    "held at 20 %",
    (s) => s?.weight === "20%" && s.hold?.reason === "ManualHold",
  );
  await bench.releases.command(name, { promote: { step: "weight-20", reason: "a test says so" } });
  await bench.releases.whenPhase(name, "Completed");
  await bench.whenAtRest();
}

test("route and Service of the live slot that are deleted between releases are made again at once", async () => {
  const { liveSlot } = (await plan()).status;
  await outage("service", `${PLAN}-${liveSlot}`);
  await outage("route", PLAN);
  const isDone = async (): Promise<boolean> => (await plan()).status.restoring === undefined;
  await waitUntil("nothing is left to be made", isDone, { deadline: seconds(30), every: seconds(0.2) });
});

test("the next release is not held up, and when the route is deleted in a step it is made again and the step starts anew", async () => {
  const from = mark();
  const name = "in-step";
  await bench.release(name, await bench.another());
  const { status } = await bench.releases.when(name, "held at 20 %", (s) => s?.hold?.reason === "ManualHold");
  const since = await outage("route", PLAN);
  const again = (s: AnyObject["status"]): boolean => s.position?.attempt > status.position.attempt;
  await bench.releases.when(name, "the step starts anew", again);
  await promote(name);
  const seen = bench.observer.log(from);
  expect(seen.some((s) => s.kind === "release" && s.message.includes("is gone and is made again"))).toBe(
    true,
  );
  expect(sharesOf(seen, `${PLAN}-${status.slot}`)).toEqual([20, 0, 20, 100]);
  expectNoneLost(bench, since);
  expectLawsKept(bench, from);
});
