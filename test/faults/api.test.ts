/**
 * The API server, or the way to it, does harm at a moment of a release: through a proxy between it and the controller.
 * The release ends as if nothing had been, or as the title says. `make test` has the most telling ones, and
 * `BASCULE_FAULTS=all` all of them. What was injected how often is printed, and a fault that met nothing fails.
 */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type ApiFault, FAULTS, MOMENTS, type Moment } from "./support/api-faults.ts";
import { ApiRuns, atTwenty, HURRIED } from "./support/api-runs.ts";
import { CLOCK_VARIABLE } from "./support/clock-jump.ts";
import type { Evidence } from "./support/evidence.ts";
import {
  clockFile,
  etcdPaused,
  nothingAtTwenty,
  ownClock,
  routeForbidden,
  serverClock,
  serverClockAndRestart,
  stalePicture,
  statusRefused,
} from "./support/harm.ts";
import { openProxiedBench, type ProxiedBench } from "./support/proxied.ts";
import { IN_FULL } from "./support/run.ts";

const cases: readonly (readonly [ApiFault, Moment])[] = FAULTS.flatMap((fault) =>
  MOMENTS.filter((moment) => fault.notAt?.includes(moment) !== true).map(
    (moment) => [fault, moment] as const,
  ),
);
const fully = test.runIf(IN_FULL);
const when = (brief: boolean) => (brief ? test : fully);
const FORWARD = MOMENTS.filter((moment) => moment !== "a revert");

let bench: ProxiedBench;
let runs: ApiRuns;

beforeAll(async () => {
  bench = await openProxiedBench(
    { verification: [] },
    {
      rate: 60,
      env: (home) => ({
        NODE_OPTIONS: `--import=${join(import.meta.dirname, "support/clock-jump.ts")}`,
        [CLOCK_VARIABLE]: clockFile(home),
      }),
    },
  );
  runs = new ApiRuns(bench);
  await runs.begin();
});
afterEach(() => bench?.proxy.calm());
afterAll(async () => {
  runs?.tell();
  await bench?.close();
});

test("status writes refused all through a revert: traffic is back as fast as ever, and status follows", async () => {
  await runs.revert("status writes refused", statusRefused(bench), 0);
});

fully("writes to the route refused: the revert fails loudly, and is tried until it works", async () => {
  const what = "writes to the route refused";
  const { evidence } = await runs.anyRevert(what, routeForbidden(bench), HURRIED);
  expect(evidence).toMatchObject({ phase: "Reverted", journalIsWhole: true, shares: [20, 0] });
  expect(evidence.journal.slice(-3).map((entry) => entry.replace(/\/[a-z0-9-]+/g, ""))).toEqual([
    "Shifting → Reverting: GateFailed",
    "Reverting → RevertFailed: TrafficNotBack",
    "RevertFailed → Reverted: GateFailed",
  ]);
});

for (const [fault, moment] of cases) {
  when(fault.inBrief === moment)(
    `${fault.title}, from ${moment} on: the release ends as if nothing had been`,
    async () => {
      await runs.run(fault, moment);
    },
  );
}

for (const moment of FORWARD) {
  const title = `etcd paused for 10 s, from ${moment} on: the release ends as if nothing had been`;
  when(moment === "Shifting")(title, async () => {
    await runs.good(`etcd paused, from ${moment} on`, moment, etcdPaused(bench), moment === "Preparing");
  });
}

fully("etcd paused for 10 s in a revert: traffic is back right after it", async () => {
  await runs.revert("etcd paused in a revert", etcdPaused(bench), 16_000);
});

fully(
  "a new controller is shown the world of before the shift: it does nothing twice and nothing back",
  async () => {
    const deed = stalePicture(bench, atTwenty);
    await runs.good("a stale picture after a shift", "Preparing", deed, true);
  },
);

fully("a new controller is shown the world of before a revert: nothing goes forward again", async () => {
  const { evidence } = await runs.anyRevert(
    "a stale picture after a revert",
    stalePicture(bench, nothingAtTwenty),
  );
  expect(evidence).toMatchObject({ phase: "Reverted", journalIsWhole: true, shares: [20, 0] });
  expect(evidence.end).toMatchObject({ live: "former", shares: ["candidate 0", "former 100"] });
});

fully.for(FORWARD)(
  "the API server's clock an hour slow, from %s on: the release ends as if nothing had been",
  async (moment) => {
    await runs.good(`the API server's clock -1 h, from ${moment} on`, moment, serverClock(bench, -1));
    await bench.controller.restart();
  },
);

fully.for(FORWARD)(
  "the API server's clock an hour fast, from %s on: what has a deadline may be over, and the rest goes on",
  async (moment) => {
    const phase = ["Completed", "Reverted", "Failed"];
    const evidence = await runs.free(
      `the API server's clock +1 h, from ${moment} on`,
      moment,
      serverClock(bench, 1),
      {
        phase,
      },
    );
    expectLawfulEnd(evidence);
    await bench.controller.restart();
  },
);

fully.for(FORWARD)(
  "the API server's clock an hour fast for a moment, and a controller that does not know, from %s on: the release ends",
  async (moment) => {
    const phase = ["Completed", "Reverted", "Failed"];
    const deed = serverClockAndRestart(bench, 1);
    const evidence = await runs.free(
      `the API server's clock +1 h for 1.5 s, from ${moment} on`,
      moment,
      deed,
      {
        phase,
      },
    );
    expectLawfulEnd(evidence);
  },
);

for (const hours of [1, -1]) {
  fully.for(FORWARD)(
    `the controller's own clock ${hours} h off, from %s on: nothing changes`,
    async (moment) => {
      await runs.good(`the controller's clock ${hours} h, from ${moment} on`, moment, ownClock(bench, hours));
    },
  );
  fully(`the controller's own clock ${hours} h off in a revert: nothing changes`, async () => {
    await runs.revert(`the controller's clock ${hours} h in a revert`, ownClock(bench, hours), 0);
  });
}

/** Completed, or taken back, or ended before traffic: whole in each case. */
function expectLawfulEnd(evidence: Evidence): void {
  expect(evidence).toMatchObject({ journalIsWhole: true, unfinishedOperations: [], intents: [] });
  const live = evidence.phase === "Completed" ? "candidate" : "former";
  expect(evidence.end).toMatchObject({ live, entry: live });
}
