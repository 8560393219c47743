/**
 * Autoscalers of both slots at work while releases go on: what the pods seem to use swings from nothing to far too much
 * and back every few seconds, and Kubernetes' own controller follows it. It may size a slot as it likes; it never takes a
 * slot below what its traffic needs, and no traffic goes to a slot that is too small for it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { KIND } from "../lab/kinds.ts";
import { MetricsApi } from "../lab/metrics-api.ts";
import { whenLike } from "../lab/when-like.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import { expectTakenBack, raisedUnready } from "./support/evidence.ts";
import { errorsBelow, HEALTH, PLAN, type PlanOptions } from "./support/plan.ts";
import { otherThan, type Slot, slotOf } from "./support/pods.ts";
import { good, type RunOptions, runRelease } from "./support/run.ts";
import { usePlan } from "./support/use-plan.ts";

const MAX = 6;
/** Of 10 thousandths that a pod asks for, 70 % are aimed at. */
const BUSY = 30;
const IDLE = 1;
/** Long enough for autoscalers to follow each way, and for what follows to count as what the live side has. */
const SWING_MS = 8_000;

const SCALED: PlanOptions = {
  verification: [errorsBelow("0.1%", { window: "4s" })],
  ...{ replicas: 3, hold: "6s", timing: { observe: "6s", drain: "3s" } },
  values: { autoscaling: { min: 1, max: MAX }, terminationGracePeriod: "10s" },
};

/** Autoscalers change the size of either side; how many a share had when it was given is looked at by itself. */
const SIZED: Partial<RunOptions> = {
  broken: ["live side touched", "scaled under traffic", "capacity before traffic"],
};

let bench: Bench;
let metrics: MetricsApi;

beforeAll(async () => {
  // The first release has no traffic to be judged by.
  bench = await openBench({ ...SCALED, verification: [HEALTH] }, { rate: 60 });
  await usePlan(bench, SCALED);
  metrics = await MetricsApi.start(bench.cluster, bench.objects, bench.namespace);
});
afterAll(async () => {
  await metrics?.close();
  await bench?.close();
});

const swinging = (): number => (Math.floor(mark() / SWING_MS) % 2 === 0 ? BUSY : IDLE);
const live = async (): Promise<Slot> =>
  (await bench.objects.get(KIND.plan, { name: PLAN, namespace: bench.namespace })).status.liveSlot;

interface Size {
  readonly replicas: number;
  readonly min: number;
  readonly borrowed: boolean;
}
async function sizeOf(slot: Slot): Promise<Size> {
  const ref = { name: `${PLAN}-${slot}`, namespace: bench.namespace };
  const [{ spec }, scaler] = await Promise.all([
    bench.objects.get(KIND.deployment, ref),
    bench.objects.get(KIND.autoscaler, ref),
  ]);
  const borrowed = scaler.metadata.annotations?.["bascule.dev/floor"] !== undefined;
  return { replicas: spec.replicas, min: scaler.spec.minReplicas, borrowed };
}
const whenSized = (slot: Slot, wanted: Partial<Size>): Promise<void> =>
  whenLike(`the size of ${slot}`, () => sizeOf(slot), wanted, seconds(60));

/** Sizes that a slot was given since a time, one after the other. */
const sizesOf = (slot: Slot, from: Instant): readonly number[] =>
  bench.observer
    .log(from)
    .flatMap((s) => (s.kind === "deployment" && s.slot === slot ? [s.replicas] : []))
    .filter((replicas, i, all) => replicas !== all[i - 1]);

/** Nothing is borrowed any more, and a slot without traffic stays empty whatever the autoscaler is told. */
async function expectAtRest(slot: Slot): Promise<void> {
  await whenSized(slot, { min: 1, borrowed: false });
  await whenSized(otherThan(slot), { replicas: 0, borrowed: false });
}

test("autoscalers are at work: they follow what the pods seem to use", async () => {
  const slot = await live();
  metrics.tell(() => BUSY);
  await whenSized(slot, { replicas: MAX });
  metrics.tell(() => IDLE);
  await whenSized(slot, { replicas: 1 });
  expect(metrics.asked).toBeGreaterThan(0);
});

test("use swings on both sides: a good version goes through with the capacity that each share needs", async () => {
  metrics.tell(swinging);
  const from = mark();
  const evidence = await runRelease(bench, { ...(await good(bench)), ...SIZED });
  expect(evidence).toMatchObject({
    phase: "Completed",
    journalIsWhole: true,
    shares: [20, 100],
    intents: [],
  });
  expect(raisedUnready(bench, from)).toEqual([]);
  const slot = await live();
  console.info(`candidate ${sizesOf(slot, from)}; former ${sizesOf(otherThan(slot), from)}`);
  expect(sizesOf(slot, from).length).toBeGreaterThan(2);
  await expectAtRest(slot);
});

test("all seems idle: neither side is taken below what its traffic needs", async () => {
  metrics.tell(() => BUSY);
  const before = await live();
  await whenSized(before, { replicas: MAX });
  metrics.tell(() => IDLE);
  const from = mark();
  const meanwhile = async (release: string): Promise<void> => {
    await bench.releases.whenPhase(release, "Observing");
    const { floor } = (await bench.releases.get(release)).status;
    const slot = await slotOf(bench, release);
    expect((await sizeOf(slot)).replicas).toBeGreaterThanOrEqual(floor);
    expect((await sizeOf(before)).replicas).toBeGreaterThanOrEqual(floor);
  };
  const evidence = await runRelease(bench, { ...(await good(bench)), ...SIZED, meanwhile });
  expect(evidence).toMatchObject({ phase: "Completed", shares: [20, 100], intents: [] });
  expect(raisedUnready(bench, from)).toEqual([]);
  const slot = await live();
  console.info(`candidate ${sizesOf(slot, from)}; former ${sizesOf(before, from)}`);
  await expectAtRest(slot);
  await whenSized(slot, { replicas: 1 });
});

test("use swings on both sides: a bad version is taken back, and the one that is live has its capacity", async () => {
  const from = mark();
  metrics.tell(swinging);
  const before = await live();
  const evidence = await runRelease(bench, {
    ...{ version: "v4", phase: "Reverted", faulty: true },
    ...SIZED,
  });
  expectTakenBack(evidence, "GateFailed", [20, 0]);
  expect(raisedUnready(bench, from)).toEqual([]);
  expect(await live()).toBe(before);
  await expectAtRest(before);
});
