/**
 * The way from the leader of two controllers to the API server does harm. Cut off for longer than its Lease: the other goes on, and it writes
 * nothing more. Its watches half-open, while nothing is written but its Lease: it notices all the same.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { milliseconds, seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "../lab/kinds.ts";
import { whenObserved } from "../lab/objects.ts";
import { mark } from "./support/bench.ts";
import type { Evidence } from "./support/evidence.ts";
import { Leaders, PAIR, PLAN_OF_PAIRS, TAKEN_OVER } from "./support/leaders.ts";
import { PLAN, type PlanOptions, planObject } from "./support/plan.ts";
import { openProxiedBench, type ProxiedBench } from "./support/proxied.ts";
import { good, IN_FULL, runRelease, runUndisturbed } from "./support/run.ts";
import { inPhase, twentyInForce, whenSeen } from "./support/seen.ts";

let bench: ProxiedBench;
let leaders: Leaders;
let undisturbed: Evidence;

beforeAll(async () => {
  bench = await openProxiedBench(PLAN_OF_PAIRS, PAIR);
  leaders = new Leaders(bench);
  leaders.start();
  undisturbed = await runUndisturbed(bench);
});
afterEach(() => bench?.proxy.calm());
afterAll(async () => {
  await leaders?.stop();
  await bench?.close();
});

/** What the controller behind the proxy has got through to the API server since then. */
const writtenSince = (from: Instant): readonly string[] =>
  bench.proxy.writes
    .filter(({ at }) => at >= from)
    .map(({ asked, status }) => `${asked.from} ${asked.verb} ${asked.resource}/${asked.name}: ${status}`);

/** The controller behind the proxy leads, so that it can be cut off while it does. */
async function letProxiedLead(): Promise<void> {
  const { controller, partner } = bench;
  if (await controller.leads()) return;
  await partner?.stop();
  await waitUntil("the controller behind the proxy leads", () => controller.leads(), {
    deadline: seconds(30),
  });
  await partner?.start();
}

/** Cuts the leader off at a moment until the other has taken over and ended the release, and looks at what it wrote after that. */
async function partition(name: string): Promise<number> {
  const cut = mark();
  const injection = bench.proxy.inject({ fault: { kind: "hang" } });
  const { after } = await leaders.takeOver(cut);
  const healed = mark();
  injection.lift();
  expect(injection.counts.hang).toBeGreaterThan(0);
  await bench.releases.whenPhase(name, "Completed");
  const stands = async (): Promise<boolean> => !(await bench.controller.leads());
  await waitUntil("the one that was cut off stands by", stands, { deadline: seconds(30) });
  expect(writtenSince(healed)).toEqual([]);
  console.info(
    `take-over from a leader that was cut off: ${Math.round(after)} ms, ${injection.counts.hang} requests hung`,
  );
  return after;
}

test.runIf(IN_FULL)(
  "a leader that is cut off at a canary step for longer than its Lease writes nothing after it, and the release ends as if nothing had been",
  async () => {
    await letProxiedLead();
    let after = 0;
    const meanwhile = async (name: string): Promise<void> => {
      await whenSeen(bench, "20 % are in force", twentyInForce);
      after = await partition(name);
    };
    expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
    expect(after).toBeLessThan(TAKEN_OVER);
  },
);

test.runIf(IN_FULL)(
  "a leader that is cut off while it prepares writes nothing after it, and neither do its workers",
  async () => {
    await letProxiedLead();
    const meanwhile = async (name: string): Promise<void> => {
      await whenSeen(bench, "it prepares", (s) => s.kind === "release" && s.phase === "Preparing");
      await partition(name);
    };
    const evidence = await runRelease(bench, { ...(await good(bench)), meanwhile });
    // The apply that was cut off is made anew by the other.
    const { changingOperations } = evidence;
    expect(changingOperations).toBeGreaterThan(0);
    expect(evidence).toEqual({ ...undisturbed, changingOperations });
  },
);

test("the leader's watches go deaf while a release only waits: an abort is heard within seconds, and traffic goes back", async () => {
  await letProxiedLead();
  const { objects, namespace } = bench;
  const usePlan = async (plan: PlanOptions): Promise<void> => {
    await objects.apply(planObject(namespace, plan));
    await whenObserved(objects, KIND.plan, { name: PLAN, namespace });
  };
  // No check is asked meanwhile, whose answers would be written.
  await usePlan({ verification: [], hold: "90s" });
  let heard = Number.NaN;
  const meanwhile = async (name: string): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    const injection = bench.proxy.inject({ match: { verbs: ["watch"] }, fault: { kind: "deafWatch" } });
    // Watches that are open are met; those that are begun again are not.
    injection.lift();
    expect(injection.counts.deafWatch).toBeGreaterThan(10);
    const from = mark();
    await bench.releases.command(name, { abort: { reason: "a test" } });
    await whenSeen(bench, "it is being taken back", inPhase("Reverting"));
    heard = milliseconds(mark() - from);
  };
  const evidence = await runRelease(bench, { version: await bench.another(), phase: "Reverted", meanwhile });
  expect(evidence).toMatchObject({ shares: [20, 0], end: { live: "former" }, journalIsWhole: true });
  console.info(`an abort while all watches were deaf was heard after ${Math.round(heard)} ms`);
  // Twice what a Lease's answer is waited for, and what a busy machine may add: silence alone tells after 90 s.
  expect(heard).toBeLessThan(30_000);
  await usePlan(PLAN_OF_PAIRS);
});
