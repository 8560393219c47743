/** Prometheus answers, and what it says is not so: nothing is passed on it, and what was really seen still counts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult, VerificationStatus } from "../../src/api/verification.ts";
import { milliseconds, minutes, readDuration, renderDuration, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "../lab/kinds.ts";
import { type Lie, LyingPrometheus } from "../lab/lying-prometheus.ts";
import { type Bench, openBench } from "./support/bench.ts";
import { type Evidence, expectTakenBack } from "./support/evidence.ts";
import { errorsBelow, HEALTH, type PlanOptions } from "./support/plan.ts";
import {
  afterAnother,
  firstTimes,
  flipping,
  NOTHING_KNOWN,
  noSeries,
  resetOnce,
} from "./support/prometheus-lies.ts";
import { IN_FULL, type RunOptions, runRelease, runUndisturbed } from "./support/run.ts";
import { usePlan } from "./support/use-plan.ts";

const GOLDEN = errorsBelow("5%", { window: "3s" });
/** Time enough for the truth, on a busy machine as well. */
const PATIENT: PlanOptions = { verification: [HEALTH, GOLDEN], hold: "3s", step: "40s" };
/** No time for what does not come; time enough for everything else. */
const brief = (window: string): PlanOptions => ({
  ...PATIENT,
  ...{ verification: [HEALTH, soon(errorsBelow("5%", { window }), window)], hold: window },
});
/** Taken back 6 s after this time where it can't tell by then. */
const soon = (check: object, after: string): object => ({
  ...check,
  deadline: renderDuration(milliseconds(readDuration(after) + seconds(6))),
  onInconclusive: "revert",
});
const ofCandidate = (more = ""): string =>
  `http_requests_total{namespace="{{target.namespace}}",bascule_slot="{{target.slot}}"${more}}`;
/** Calls its source silent soon. */
const WARY = {
  ...{ name: "golden", window: "3s" },
  prometheus: {
    share: { total: ofCandidate(), bad: ofCandidate(',code=~"5.."'), max: 0.05 },
    staleAfter: "4s",
  },
};
/** The check has passed long before its time is over. */
const LATER: PlanOptions = { ...PATIENT, verification: [HEALTH, soon(WARY, "24s")], hold: "14s" };

let bench: Bench;
let prometheus: LyingPrometheus;
let undisturbed: Evidence;

beforeAll(async () => {
  const args = async ({ prometheusUrl }: { readonly prometheusUrl: string }): Promise<readonly string[]> => {
    prometheus = await LyingPrometheus.start(prometheusUrl);
    return ["--prometheus", prometheus.url];
  };
  // Nobody asks for anything before the first version is there, so nothing could be measured of it.
  bench = await openBench({ ...PATIENT, verification: [HEALTH] }, { rate: 60, args });
  await usePlan(bench, PATIENT);
  undisturbed = await runUndisturbed(bench);
});
afterAll(async () => {
  await bench?.close();
  await prometheus?.stop();
});

interface Lied {
  readonly evidence: Evidence;
  readonly golden: CheckResult | undefined;
}

/** A release of a plan while a lie is told: from its start, or from when its check has passed. */
async function lied(
  plan: PlanOptions,
  lie: Lie,
  options: Pick<RunOptions, "phase"> & Partial<RunOptions> & { readonly once?: "passed" },
): Promise<Lied> {
  const { once, ...run } = options;
  await usePlan(bench, plan);
  let name = "";
  let telling = once === undefined ? prometheus.tell(lie) : undefined;
  const meanwhile = async (release: string): Promise<void> => {
    name = release;
    if (once !== undefined) {
      const passed = async (): Promise<boolean> => (await goldenOf(release))?.verdict === once;
      const explain = async (): Promise<string> =>
        `${JSON.stringify(await goldenOf(release))}\n${bench.controller.logTail()}`;
      const limit = { deadline: minutes(1), every: seconds(0.1), explain };
      await waitUntil("the check has passed", passed, limit);
      telling = prometheus.tell(lie);
    }
    await run.meanwhile?.(release);
  };
  try {
    const evidence = await runRelease(bench, { version: await bench.another(), ...run, meanwhile });
    expect(telling?.told).toBeGreaterThan(0);
    return { evidence, golden: await goldenOf(name) };
  } finally {
    telling?.end();
  }
}

/** Result of the metric check at 20 %. */
async function goldenOf(release: string): Promise<CheckResult | undefined> {
  const ref = { name: `${release}-weight-20`, namespace: bench.namespace };
  const verification = await bench.objects.find(KIND.verification, ref);
  const status = verification?.status as VerificationStatus | undefined;
  return status?.results?.find(({ name }) => name.startsWith("golden"));
}

/** What the check found at its last look. */
const lastLookOf = (result: CheckResult | undefined): string =>
  (result?.memory as { readonly last?: { readonly reason: string } } | undefined)?.last?.reason ??
  "(no look)";

test.for(NOTHING_KNOWN.filter(({ inBrief }) => IN_FULL || inBrief))(
  "$title: never passed, and taken back at the deadline",
  async ({ lie, reason, window = "3s" }) => {
    const { evidence, golden } = await lied(brief(window), lie(), { phase: "Reverted" });
    expectTakenBack(evidence, "Inconclusive", [20, 0]);
    // The release may be taken back before the check's own deadline: then it says of itself that it was stopped.
    expect(lastLookOf(golden)).toMatch(reason);
    expect(["inconclusive", "error", "notRun"]).toContain(golden?.verdict);
  },
);

test("what has passed does not stay so when no series is left: taken back", async () => {
  const { evidence, golden } = await lied(LATER, noSeries(), { phase: "Reverted", once: "passed" });
  expectTakenBack(evidence, "Inconclusive", [20, 0]);
  expect(lastLookOf(golden)).toBe("Stale");
  expect(golden?.verdict).not.toBe("passed");
});

test("good and bad by turns: what was bad counts, and is taken back at once", async () => {
  const { evidence, golden } = await lied(PATIENT, flipping(), { phase: "Reverted" });
  expectTakenBack(evidence, "GateFailed", [20, 0]);
  expect(golden).toMatchObject({ verdict: "failed", reason: "HarmShown" });
});

test("counters that begin anew once are those of pods that were restarted: the release completes", async () => {
  const { evidence, golden } = await lied(PATIENT, resetOnce(), { phase: "Completed" });
  expect(evidence).toEqual(undisturbed);
  expect(golden).toMatchObject({ verdict: "passed", reason: "WithinLimit" });
});

test("counters of pods that took others' names hide no error: the faulty version is taken back", async () => {
  const faulty = { version: "v4", faulty: true, phase: "Reverted" } as const;
  const { evidence, golden } = await lied(PATIENT, afterAnother(), faulty);
  expectTakenBack(evidence, "GateFailed", [20, 0]);
  expect(golden).toMatchObject({ verdict: "failed" });
});

test("a lie that ends before the deadline costs time alone: the release completes", async () => {
  const { evidence } = await lied(PATIENT, firstTimes(8, noSeries()), { phase: "Completed" });
  expect(evidence).toEqual(undisturbed);
});
