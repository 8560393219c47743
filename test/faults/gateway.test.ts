/**
 * The gateway's controller dies in the middle of a release. Clients go without answers meanwhile, which nobody else
 * can help; releases end as undisturbed, or are taken back when its word does not come in time.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import type { Sighting } from "../lab/observer/sighting.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import { type Evidence, expectNoneLost, expectTakenBack } from "./support/evidence.ts";
import { HEALTH, type PlanOptions } from "./support/plan.ts";
import { good, type RunOptions, runRelease, runUndisturbed } from "./support/run.ts";
import { inPhase, twentyInForce, twentyWritten, whenSeen } from "./support/seen.ts";
import { usePlan } from "./support/use-plan.ts";

/** What the gateway itself counts, and that begins anew with it. */
const COUNTED = { name: "golden", templateRef: { name: "traefik-golden-signals" }, window: "3s" };
const PLANNED: PlanOptions = { verification: [HEALTH, COUNTED], hold: "4s" };

let bench: Bench;
let undisturbed: Evidence;

beforeAll(async () => {
  // Nobody asks for anything before the first version is there, so nothing could be counted of it.
  bench = await openBench({ ...PLANNED, verification: [HEALTH] }, { rate: 60 });
  await usePlan(bench, PLANNED);
  undisturbed = await runUndisturbed(bench);
});
afterAll(() => bench?.close());

interface Outage {
  readonly begin: Instant;
  readonly end: Instant;
}

/** Kills the gateway, starts it when `until` has come back, and waits until clients are answered again. */
async function outage(until: () => Promise<void> = async () => {}): Promise<Outage> {
  const gateway = bench.cluster.component("traefik");
  const { answers } = bench.load;
  const begin = mark();
  await gateway.kill();
  try {
    await waitUntil("clients miss it", () => answers.figures({ from: begin }).lost > 0, {
      deadline: seconds(20),
    });
    await until();
  } finally {
    await gateway.start();
  }
  let end = mark();
  const answered = (): boolean => {
    const { lost, requests } = answers.figures({ from: end });
    if (lost > 0) end = mark();
    return lost === 0 && requests > 60;
  };
  await waitUntil("clients are answered again", answered, { deadline: seconds(60), every: seconds(0.05) });
  return { begin, end };
}

/** A release during which the gateway dies when something is seen. Nobody loses a request after that. */
async function during(
  what: string,
  seen: (s: Sighting) => boolean,
  options: Partial<RunOptions> & { readonly until?: (release: string) => Promise<void> } = {},
): Promise<Evidence> {
  const { until, meanwhile, ...run } = options;
  const version = run.version ?? (await bench.another());
  let gone: Outage | undefined;
  const evidence = await runRelease(bench, {
    ...(await good(bench)),
    ...{ ...run, version, losesRequests: true },
    meanwhile: async (release) => {
      await meanwhile?.(release);
      await whenSeen(bench, what, seen);
      gone = await outage(() => until?.(release) ?? Promise.resolve());
    },
  });
  if (gone === undefined) throw new Error("the gateway did not go");
  const { lost, causes } = bench.load.answers.figures({ from: gone.begin, to: gone.end });
  console.info(
    `${what}: ${lost} requests lost in ${Math.round(gone.end - gone.begin)} ms ${JSON.stringify(causes)}`,
  );
  expectNoneLost(bench, gone.end, run.faulty ? version : undefined);
  return evidence;
}

test("it dies right after a shift: back again it says what is in force, and the release completes", async () => {
  expect(await during("20 % are written", twentyWritten)).toEqual(undisturbed);
});

test("it dies at a step: its counters begin anew, and the release completes", async () => {
  expect(await during("20 % are in force", twentyInForce)).toEqual(undisturbed);
});

test("it dies while the release is observed: the release completes", async () => {
  expect(await during("the release observes", inPhase("Observing"))).toEqual(undisturbed);
});

test("it dies in a revert: the revert is written without it, and is through when it is back", async () => {
  const evidence = await during("the release is taken back", inPhase("Reverting"), {
    ...{ version: "v4", faulty: true, phase: "Reverted" },
  });
  expectTakenBack(evidence, "GateFailed", [20, 0]);
});

test("it stays away from before a shift: without its word the release is taken back, loudly until it is there", async () => {
  await usePlan(bench, { ...PLANNED, inForce: "5s" });
  const evidence = await during("it is prepared", inPhase("Preparing"), {
    phase: "Reverted",
    until: async (release) => {
      await bench.releases.whenPhase(release, "RevertFailed");
    },
  });
  expectTakenBack(evidence, "NotInForce", [20, 0]);
  expect(evidence.journal.join("\n")).toMatch(/→ RevertFailed.*: TrafficNotBack/);
});
