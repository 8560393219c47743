/**
 * Pods go, and pods waver, on both sides of a release. A candidate that has enough of them again goes on, one that has
 * none is taken back, and nothing goes on from a share that it is too small for.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import { type Evidence, expectNoneLost, expectTakenBack, raisedUnready } from "./support/evidence.ts";
import { errorsBelow, HEALTH, PLAN, type PlanOptions } from "./support/plan.ts";
import { deletePods, otherThan, podsOf, readyOf, setReady, slotOf, whenReady } from "./support/pods.ts";
import { good, type RunOptions, runRelease, runUndisturbed } from "./support/run.ts";
import { inPhase, twentyInForce, whenSeen } from "./support/seen.ts";
import { usePlan } from "./support/use-plan.ts";

/** 20 % of six are two pods, of which one can go. */
const SIX: PlanOptions = {
  verification: [HEALTH],
  ...{ replicas: 6, hold: "4s", timing: { observe: "4s" } },
  values: { drain: "3s", terminationGracePeriod: "10s", readiness: { path: "/readyz" } },
};
/** How long the gateway takes to hear of a write, on a busy machine. */
const HEARD_MS = 3_000;

let bench: Bench;
let undisturbed: Evidence;

beforeAll(async () => {
  bench = await openBench(SIX, { rate: 60 });
  undisturbed = await runUndisturbed(bench);
});
afterAll(() => bench?.close());

/** A release of a good version, with something done to it as soon as it is judged at 20 %. */
async function atTwenty(
  deed: (release: string) => Promise<void>,
  options: Partial<RunOptions> = {},
): Promise<Evidence> {
  const meanwhile = async (release: string): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    await deed(release);
  };
  return runRelease(bench, { ...(await good(bench)), ...options, meanwhile });
}

const candidateOf = (release: string) => slotOf(bench, release);
const liveOf = async (release: string) => otherThan(await slotOf(bench, release));

/** From when on a slot had no share any more. */
function backAt(slot: string, from: Instant): Instant {
  const log = bench.observer.log(from);
  const back = log.find((s) => s.kind === "route" && s.shares[`${PLAN}-${slot}`] === 0);
  return (back?.at ?? Number.NaN) as Instant;
}

/** Tells how many requests went with the pods, and sees that none did once traffic was back. */
async function expectNoneLostAfter(what: string, from: Instant, back: Instant): Promise<void> {
  const { answers } = bench.load;
  const { lost, causes } = answers.figures({ from });
  const took = Math.round(back - from);
  console.info(`${what}: ${lost} requests lost ${JSON.stringify(causes)}, back after ${took} ms`);
  const heard = (back + HEARD_MS) as Instant;
  const asked = (): boolean => answers.figures({ from: heard }).requests > 60;
  await waitUntil("clients have asked again", asked, { deadline: seconds(30) });
  expectNoneLost(bench, heard);
}

test("a pod of the candidate is deleted at 20 %: nothing goes on without it, and the release completes", async () => {
  const from = mark();
  const evidence = await atTwenty(
    async (release) => {
      const slot = await candidateOf(release);
      const [pod] = await podsOf(bench, slot);
      await deletePods(bench, slot, pod === undefined ? [] : [pod]);
    },
    { broken: ["capacity before traffic"] },
  );
  expect(evidence).toEqual(undisturbed);
  expect(raisedUnready(bench, from)).toEqual([]);
});

test("all pods of the candidate are deleted at 20 %: it is taken back", async () => {
  let from = mark();
  const evidence = await atTwenty(
    async (release) => {
      const slot = await candidateOf(release);
      const pods = await podsOf(bench, slot);
      from = mark();
      await deletePods(bench, slot, pods);
      await bench.releases.whenPhase(release, "Reverted");
      await expectNoneLostAfter("all pods of a candidate at 20 %", from, backAt(slot, from));
    },
    {
      phase: "Reverted",
      losesRequests: true,
      broken: ["capacity before traffic", "traffic to the unready"],
    },
  );
  expectTakenBack(evidence, "CandidateLost", [20, 0]);
});

test("all pods of the candidate are deleted while it is observed: it is taken back", async () => {
  let from = mark();
  const meanwhile = async (release: string): Promise<void> => {
    await whenSeen(bench, "the release observes", inPhase("Observing"));
    const slot = await candidateOf(release);
    const pods = await podsOf(bench, slot);
    expect(pods).toHaveLength(6);
    from = mark();
    await deletePods(bench, slot, pods);
    await bench.releases.whenPhase(release, "Reverted");
    await expectNoneLostAfter("all pods of a candidate at 100 %", from, backAt(slot, from));
  };
  const evidence = await runRelease(bench, {
    ...(await good(bench)),
    ...{ phase: "Reverted", meanwhile, losesRequests: true },
    broken: ["capacity before traffic", "traffic to the unready"],
  });
  expectTakenBack(evidence, "CandidateLost", [20, 100, 0]);
});

test("pods of the candidate are deleted one after the other while it is observed: it completes when all are there again", async () => {
  const meanwhile = async (release: string): Promise<void> => {
    await whenSeen(bench, "the release observes", inPhase("Observing"));
    const slot = await candidateOf(release);
    for (const pod of (await podsOf(bench, slot)).slice(0, 3)) await deletePods(bench, slot, [pod]);
    const { status } = await bench.releases.get(release);
    expect(status.phase).toBe("Observing");
    await bench.releases.whenPhase(release, "Completed");
    expect(readyOf(bench, slot)).toBe(6);
  };
  const evidence = await runRelease(bench, {
    ...(await good(bench)),
    ...{ meanwhile, broken: ["capacity before traffic"] },
  });
  expect(evidence).toEqual(undisturbed);
});

test("a pod of the candidate wavers: nobody can promote the step while it is away, and the release completes with it", async () => {
  const from = mark();
  await usePlan(bench, { ...SIX, hold: "manual" });
  const { phase, shares, end } = await atTwenty(
    async (release) => {
      const slot = await candidateOf(release);
      const [pod] = await podsOf(bench, slot);
      if (pod === undefined) throw new Error("the candidate has no pod");
      const isAway = (): Promise<void> => whenReady(bench, slot, (ready) => ready === 1);
      await setReady(bench, pod, false);
      await isAway();
      await setReady(bench, pod, true);
      await whenReady(bench, slot, (ready) => ready === 2);
      await setReady(bench, pod, false);
      await isAway();
      await bench.releases.command(release, { promote: { step: "weight-20", reason: "a test says so" } });
      const waits = ({ message = "" }): boolean => message.includes("too few ready replicas for 20%");
      await bench.releases.when(release, "waits for its pod", waits);
      await setReady(bench, pod, true);
    },
    { broken: ["capacity before traffic"] },
  );
  expect({ phase, shares, end }).toEqual({
    ...{ phase: undisturbed.phase, shares: undisturbed.shares, end: undisturbed.end },
  });
  expect(raisedUnready(bench, from)).toEqual([]);
});

test("all pods of the candidate waver: it is taken back, and stays so when they are ready again", async () => {
  const evidence = await atTwenty(
    async (release) => {
      const slot = await candidateOf(release);
      const pods = await podsOf(bench, slot);
      for (const pod of pods) await setReady(bench, pod, false);
      await whenSeen(bench, "the release is taken back", inPhase("Reverting"));
      for (const pod of pods) await setReady(bench, pod, true);
    },
    {
      ...{ phase: "Reverted", losesRequests: true },
      broken: ["capacity before traffic", "traffic to the unready"],
    },
  );
  expectTakenBack(evidence, "CandidateLost", [20, 0]);
  await usePlan(bench, SIX);
});

test("a pod of the live slot is deleted at 20 %: the next share waits for it, and nobody notices", async () => {
  const evidence = await atTwenty(
    async (release) => {
      const slot = await liveOf(release);
      const [pod] = await podsOf(bench, slot);
      await deletePods(bench, slot, pod === undefined ? [] : [pod]);
    },
    { broken: ["live side touched"] },
  );
  expect(evidence).toEqual(undisturbed);
});

test("all pods of the live slot are deleted at 20 %: the candidate gets no more than it has pods for, and completes when they are back", async () => {
  const from = mark();
  const evidence = await atTwenty(
    async (release) => {
      const slot = await liveOf(release);
      await deletePods(bench, slot, await podsOf(bench, slot));
      await waitUntil("the live slot has no pod", () => readyOf(bench, slot) === 0, {
        deadline: seconds(30),
      });
    },
    { losesRequests: true, broken: ["live side touched", "traffic to the unready"] },
  );
  const { lost, causes } = bench.load.answers.figures({ from });
  console.info(`all pods of the live slot: ${lost} requests lost ${JSON.stringify(causes)}`);
  expect(evidence).toEqual(undisturbed);
  expect(raisedUnready(bench, from)).toEqual([]);
});

test("a candidate fails while the live slot has no pods: traffic is back on the live slot when that is well again", async () => {
  const plan = { ...SIX, verification: [HEALTH, errorsBelow("5%")], hold: "60s" };
  await usePlan(bench, plan);
  const evidence = await atTwenty(
    async (release) => {
      const slot = await liveOf(release);
      await deletePods(bench, slot, await podsOf(bench, slot));
    },
    {
      ...{ version: "v4", faulty: true, phase: "Reverted", losesRequests: true },
      broken: ["live side touched", "traffic to the unready", "capacity before traffic"],
    },
  );
  expectTakenBack({ ...evidence, shares: [] }, "GateFailed", []);
  expect([
    [20, 0],
    [20, 100, 0],
  ]).toContainEqual(evidence.shares);
});
