/** What people do while a release is under way, and after it: it keeps what it froze, and their hand in the route counts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { SLOTS } from "../../src/api/release-plan.ts";
import { minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import type { Sighting } from "../lab/observer/sighting.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import { type Evidence, expectLawsKept, expectNoneLost } from "./support/evidence.ts";
import { HEALTH, PLAN, type PlanOptions, planObject } from "./support/plan.ts";
import { good, type RunOptions, runRelease, runUndisturbed } from "./support/run.ts";
import { inPhase, twentyInForce, whenSeen } from "./support/seen.ts";
import { usePlan } from "./support/use-plan.ts";

const PLANNED: PlanOptions = { verification: [HEALTH], hold: "3s", timing: { observe: "3s" } };
/** Finished releases that are kept where they are many; those that the slots hold are kept in any case. */
const KEPT = 10;

let bench: Bench;
let undisturbed: Evidence;

beforeAll(async () => {
  bench = await openBench(PLANNED, { rate: 40 });
  undisturbed = await runUndisturbed(bench);
});
afterAll(() => bench?.close());

const ref = () => ({ name: PLAN, namespace: bench.namespace });
const planStatus = async (): Promise<AnyObject["status"]> =>
  (await bench.objects.get(KIND.plan, ref())).status;

interface Moment {
  readonly when: string;
  readonly seen: (s: Sighting) => boolean;
}
const MOMENTS: readonly Moment[] = [
  { when: "Preparing", seen: inPhase("Preparing") },
  { when: "20 %", seen: twentyInForce },
  { when: "Observing", seen: inPhase("Observing") },
];

/** A release of a good version, with something done by people when something is seen of it. */
async function during(
  { when, seen }: Moment,
  deed: (release: string) => Promise<void>,
  options: Partial<RunOptions> = {},
): Promise<Evidence> {
  const meanwhile = async (release: string): Promise<void> => {
    await whenSeen(bench, when, seen);
    await deed(release);
  };
  return runRelease(bench, { ...(await good(bench)), ...options, meanwhile });
}

/** The plan with other steps, a check that nothing passes, longer times and another size. */
function otherPlan(): AnyObject {
  const check = { ...HEALTH, http: { ...HEALTH.http, path: "/nowhere" } };
  const { spec, ...plan } = planObject(bench.namespace, {
    ...{ verification: [check], replicas: 3, timing: { observe: "1h", settle: "30s" } },
  });
  return { ...plan, spec: { ...spec, strategy: { canary: { steps: [{ weight: 70, hold: "1h" }] } } } };
}

test.for(MOMENTS)("the plan is edited in $when: the release goes on with what it froze", async (moment) => {
  try {
    const edited = await during(moment, async () => {
      await bench.objects.apply(otherPlan());
    });
    expect(edited).toEqual(undisturbed);
  } finally {
    await usePlan(bench, PLANNED);
  }
});

test.for(MOMENTS.slice(1))(
  "the plan's status is lost at $when: it is found again, and the release ends as undisturbed",
  async (moment) => {
    const lost = await during(moment, async () => {
      const { liveSlot, sequence } = await planStatus();
      await loseStatus();
      const found = async (): Promise<boolean> => {
        const status = await planStatus();
        return status.sequence === sequence && status.liveSlot !== undefined;
      };
      await waitUntil(`${liveSlot} is found again`, found, { deadline: seconds(20), every: seconds(0.05) });
    });
    expect(lost).toEqual(undisturbed);
  },
);

/** As after `kubectl replace` of a backup, or a restore without statuses. */
async function loseStatus(): Promise<void> {
  const attempt = async (): Promise<boolean> => {
    const { resourceVersion = "" } = (await bench.objects.get(KIND.plan, ref())).metadata;
    const status = { observedGeneration: -1 };
    return (await bench.objects.client.replaceStatus(KIND.plan, ref(), { resourceVersion, status })).ok;
  };
  await waitUntil("the status is lost", attempt, { deadline: seconds(10), every: seconds(0.02) });
}

type Rule = AnyObject["spec"];

/** Edits the route as `kubectl edit` does: all of its rules are written. */
async function editRules(change: (rules: readonly Rule[]) => readonly Rule[]): Promise<void> {
  const { spec } = await bench.objects.get(KIND.route, ref());
  await bench.objects.patch(KIND.route, ref(), { spec: { rules: change(spec.rules) } });
}

/** Sets the share of a release's slot by hand, in percent. */
async function setShare(release: string, share: number): Promise<void> {
  const { slot } = (await bench.releases.get(release)).status;
  await editRules((rules) =>
    rules.map((rule) => ({
      ...rule,
      backendRefs: rule.backendRefs.map((backend: Rule) => ({
        ...backend,
        weight: backend.name === `${PLAN}-${slot}` ? share : 100 - share,
      })),
    })),
  );
}

/** A release that is held at 20 % until people have done something to it, and promoted then. */
async function held(
  deed: (release: string) => Promise<void>,
  options: Partial<RunOptions> = {},
): Promise<Pick<Evidence, "phase" | "shares" | "end">> {
  await usePlan(bench, { ...PLANNED, hold: "manual" });
  const isHeld = ({ hold }: AnyObject["status"]): boolean => hold?.reason === "ManualHold";
  const meanwhile = async (release: string): Promise<void> => {
    await bench.releases.when(release, "held at 20 %", isHeld);
    await deed(release);
    await bench.releases.when(release, "held at 20 %", isHeld);
    await bench.releases.command(release, { promote: { step: "weight-20", reason: "a test says so" } });
  };
  const { phase, shares, end } = await runRelease(bench, { ...(await good(bench)), ...options, meanwhile });
  return { phase, shares, end };
}
const undisturbedWith = (...shares: readonly number[]) => ({
  phase: undisturbed.phase,
  shares,
  end: undisturbed.end,
});

test("somebody lowers the candidate's weight and raises it again: it is obeyed, and the step starts anew", async () => {
  const ended = await held(async (release) => {
    await setShare(release, 10);
    await bench.releases.when(release, "held", (s) => s.hold?.reason === "ForeignEdit");
    await setShare(release, 20);
  });
  expect(ended).toEqual(undisturbedWith(20, 10, 20, 100));
});

test("somebody raises the candidate's weight beyond its step: it is corrected, and the release goes on", async () => {
  const ended = await held(
    async (release) => {
      await setShare(release, 60);
      const corrected = async (): Promise<boolean> => (await shareOf(release)) === 20;
      await waitUntil("20 % again", corrected, { deadline: seconds(20), every: seconds(0.05) });
    },
    { broken: ["capacity before traffic"] },
  );
  expect(ended).toEqual(undisturbedWith(20, 60, 20, 100));
});

async function shareOf(release: string): Promise<number | undefined> {
  const { slot } = (await bench.releases.get(release)).status;
  const { spec } = await bench.objects.get(KIND.route, ref());
  return spec.rules[0].backendRefs.find((b: Rule) => b.name === `${PLAN}-${slot}`)?.weight;
}

test("a rule and a filter that somebody adds during a release stay, in that release and the next", async () => {
  const filter = {
    type: "RequestHeaderModifier",
    requestHeaderModifier: { set: [{ name: "x-team", value: "checkout" }] },
  };
  const path = { type: "PathPrefix", value: "/team" };
  const extra = { matches: [{ path }], backendRefs: [{ name: PLAN, port: 8080, weight: 1 }] };
  const edited = await held(async () => {
    await editRules(([own, ...rest]) => [{ ...own, filters: [filter] }, ...rest, extra]);
  });
  expect(edited).toEqual(undisturbedWith(20, 100));
  await usePlan(bench, PLANNED);
  expect(await runRelease(bench, await good(bench))).toEqual(undisturbed);
  const { rules } = (await bench.objects.get(KIND.route, ref())).spec;
  expect(rules[0].filters).toEqual([filter]);
  expect(rules.at(-1)).toMatchObject({ matches: [{ path }], backendRefs: [{ name: PLAN, weight: 1 }] });
  await editRules(([own]) => [{ ...own, filters: [] }]);
});

const manifest = (name: string, version: string): AnyObject => ({
  apiVersion: "bascule.dev/v1alpha1",
  kind: "Release",
  metadata: { name, namespace: bench.namespace },
  spec: { planRef: { name: PLAN }, package: { version, image: `localhost/shop:${version}` } },
});

test("a release that is applied again after its end, or made again under its name, starts nothing", async () => {
  const name = "again";
  const version = await bench.another();
  await bench.objects.apply(manifest(name, version));
  await bench.releases.whenPhase(name, "Completed");
  await bench.whenAtRest();
  const { generation } = (await bench.releases.get(name)).metadata;
  const { sequence, liveSlot } = await planStatus();
  expect((await bench.objects.apply(manifest(name, version))).metadata.generation).toBe(generation);
  const changed = manifest(name, await bench.another());
  await expect(bench.objects.apply(changed)).rejects.toThrow(/package can't change/);
  await bench.objects.remove(KIND.release, { name, namespace: bench.namespace });
  await bench.objects.apply(changed);
  await bench.releases.whenPhase(name, "Cancelled");
  expect((await bench.releases.journal(name)).map(({ reason }) => reason)).toEqual(["AlreadyRun"]);
  expect(await planStatus()).toMatchObject({ sequence, liveSlot });
});

test("two releases made at once: one takes the place of the other and is live", async () => {
  const from = mark();
  const before = await planStatus();
  const pair = ["v1", "v2", "v3"]
    .filter((version) => version !== before.slots[before.liveSlot].version)
    .map((version, i) => ({ name: `pair-${i}`, version }));
  await Promise.all(pair.map(({ name, version }) => bench.release(name, version)));
  const ended = await Promise.all(
    pair.map(async ({ name, version }) => {
      const { status } = await bench.releases.whenPhase(name, ["Completed", "Superseded"]);
      return { version, phase: status.phase };
    }),
  );
  await bench.whenAtRest();
  expect(ended.map(({ phase }) => phase).sort()).toEqual(["Completed", "Superseded"]);
  const { liveSlot, slots } = await planStatus();
  expect(slots[liveSlot].version).toBe(ended.find(({ phase }) => phase === "Completed")?.version);
  expectNoneLost(bench, from);
  expectLawsKept(bench, from);
});

test("fifty releases made in a loop: the last one is live, none waits for ever, and no more are kept than asked for", async () => {
  const from = mark();
  await usePlan(bench, { ...PLANNED, history: KEPT });
  const last = await bench.another();
  const names = Array.from({ length: 50 }, (_, i) => `loop-${i}`);
  for (const name of names) await bench.release(name, name === names.at(-1) ? last : "v2");
  await bench.releases.whenPhase("loop-49", "Completed", minutes(2));
  const tookMs = mark() - from;
  await bench.whenAtRest();
  const releases = (): Promise<readonly AnyObject[]> => bench.objects.list(KIND.release, bench.namespace);
  const pruned = async (): Promise<boolean> => (await releases()).length <= KEPT + SLOTS.length;
  await waitUntil("the older ones are gone", pruned, { deadline: seconds(60), every: seconds(0.2) });
  const phases = (await releases()).map(({ status }) => status.phase);
  for (const phase of phases) expect(["Completed", "Superseded", "Cancelled"]).toContain(phase);
  const { liveSlot, slots } = await planStatus();
  expect(slots[liveSlot].version).toBe(last);
  console.info(`fifty releases: the last was live after ${Math.round(tookMs / 100) / 10} s`);
  expectNoneLost(bench, from);
  expectLawsKept(bench, from);
});
