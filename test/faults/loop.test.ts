/**
 * Releases in a loop, each with something done to it: good ones, bad ones that the gate takes back, aborted ones. Each
 * ends as it would without that, and in the end the controller holds no more than after the first few.
 * Some five minutes; `make soak` takes thirty (BASCULE_SOAK). A seed chooses; it is printed, and BASCULE_FAULTS_SEED replays it.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes, readDuration, renderDuration, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { COLLECTED_VARIABLE } from "../lab/collecting.ts";
import { ROOT } from "../lab/objects.ts";
import { beyond, FEWEST_SAMPLES, growthIn, type Sample } from "../lab/soak/flat.ts";
import { HARMS } from "./loop/harms.ts";
import { collectedFile, HISTORY, KEPT, leftoversOf, sampleOf } from "./loop/holdings.ts";
import { Loop, type Round } from "./loop/loop.ts";
import { renderCounts, renderRound, renderRounds, renderSamples } from "./loop/table.ts";
import { errorsBelow, HEALTH } from "./support/plan.ts";
import { openProxiedBench, type ProxiedBench } from "./support/proxied.ts";
import { usePlan } from "./support/use-plan.ts";

const SOAK = readDuration(process.env.BASCULE_SOAK || "5m");
const SEED = process.env.BASCULE_FAULTS_SEED || `${Date.now()}`;
/** From this on there is time for harms that take minutes. */
const LONG = minutes(8);
/** The controller is killed in the first part only, so that one life is long enough to be measured. */
const KILLS_UNTIL = 0.25;
const LIMITS = { heapKiB: 3_000 };
/** A slow machine takes longer, because so many releases are needed to say anything. */
const TIMEOUT = SOAK + minutes(8);

let bench: ProxiedBench;
let loop: Loop;
/** Of the controller's last life, which is the longest. */
const lastLife = (): readonly Sample[] => loop.samples.filter(({ pid }) => pid === loop.samples.at(-1)?.pid);

beforeAll(async () => {
  bench = await openProxiedBench(
    { verification: [HEALTH] },
    {
      rate: 60,
      env: (home) => ({
        NODE_OPTIONS: `--import=${join(ROOT, "test/lab/collecting.ts")}`,
        [COLLECTED_VARIABLE]: collectedFile(home),
      }),
    },
  );
  // The first release had no traffic that could be judged.
  const verification = [HEALTH, errorsBelow("5%", { window: "2s", when: ["steps"] })];
  await usePlan(bench, { verification, hold: "2s", step: "2m", inForce: "1m", history: HISTORY });
  loop = new Loop(bench, SEED, SOAK < LONG ? HARMS.filter(({ slow }) => !slow) : HARMS);
  console.info(`releases for ${renderDuration(SOAK)}: BASCULE_FAULTS_SEED=${SEED}`);
});
afterAll(async () => {
  loop?.stop();
  await bench?.close();
});

test(
  "each release ends as it would if nothing were done to it, with no law broken and no request lost to anything else",
  async () => {
    const until = performance.now() + SOAK;
    const killsUntil = performance.now() + SOAK * KILLS_UNTIL;
    const tell = (round: Round): void => console.info(renderRound(round, loop.samples.at(-1) as Sample));
    try {
      // The first release into a slot creates what later ones update.
      tell(await loop.undisturbed());
      tell(await loop.killed());
      while (performance.now() < until || lastLife().length < FEWEST_SAMPLES) {
        tell(await loop.harmed());
        if (performance.now() < killsUntil) tell(await loop.killed());
      }
      tell(await loop.undisturbed());
    } finally {
      console.info(renderRounds(loop.rounds));
    }
    expect(loop.rounds.flatMap(({ number, breaches }) => breaches.map((b) => `${number}: ${b}`))).toEqual([]);
  },
  TIMEOUT,
);

test("no two processes wrote in the controller's name, and no two CLIs worked on one stack", () => {
  expect(loop.overlaps()).toEqual([]);
});

test("heap, descriptors, watches and workers are flat", async () => {
  // Connections that are not used stay open for half a minute.
  const flat = async (): Promise<boolean> => {
    loop.samples.splice(-1, 1, await sampleOf(bench, loop.rounds.length));
    return growthIn(lastLife(), LIMITS).length === 0;
  };
  const explain = (): string => growthIn(lastLife(), LIMITS).join("\n");
  const wait = { deadline: seconds(60), every: seconds(5), explain };
  await waitUntil("what the controller holds is flat", flat, wait).finally(() =>
    console.info(renderSamples(loop.samples)),
  );
});

test("what is left behind is what is kept of so many releases, in the cluster and in the controller's folder", async () => {
  const counts = await leftoversOf(bench);
  console.info(renderCounts(counts, KEPT));
  expect(loop.rounds.length).toBeGreaterThan(HISTORY);
  expect(beyond(counts, KEPT)).toEqual([]);
});
