/** Pulumi dies, hangs, talks rubbish or has no room on its disk in the middle of a release. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import { CLI_FAULTS, type CliFault, CliInBetween } from "./support/cli-in-between.ts";
import type { Evidence } from "./support/evidence.ts";
import { HEALTH, type PlanOptions, planObject } from "./support/plan.ts";
import {
  APPLYING,
  CLI_OR_PROVIDER,
  killMidApply,
  PROVIDER,
  processesOf,
  signalAll,
  signalMidApply,
  WORKER,
  writtenState,
} from "./support/processes.ts";
import { good, IN_FULL, runRelease, runUndisturbed } from "./support/run.ts";
import { SmallDisk } from "./support/small-disk.ts";

/** Short enough to wait for it, long enough for an apply on a busy machine. */
const PROGRESS = "25s";
const PLAN_OF_THESE: PlanOptions = { verification: [HEALTH] };

let bench: Bench;
let cli: CliInBetween;
let disk: SmallDisk;
let undisturbed: Evidence;

beforeAll(async () => {
  const home = mkdtempSync(join(tmpdir(), "bascule-faults-"));
  disk = new SmallDisk(home, 256);
  bench = await openBench(PLAN_OF_THESE, {
    home,
    args: async ({ programs }) => {
      cli = new CliInBetween(join(home, "cli"), programs.pulumi);
      return ["--pulumi", cli.path];
    },
  });
  undisturbed = await runUndisturbed(bench);
});
afterAll(async () => {
  await bench?.close();
  disk?.remove();
});

/** Runs a release with a fault in its apply that must leave no trace. */
async function expectNoTrace(meanwhile: (name: string) => Promise<void>): Promise<void> {
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
}

/** Orders that the CLI carries out in the next apply. */
async function expectNoTraceOf(fault: CliFault): Promise<void> {
  cli.order(fault);
  await expectNoTrace(async () => undefined);
  expect(cli.isDone(fault)).toBe(true);
}

/** A release whose apply hangs ends in time and says so; nothing of it is left, and the next one completes. */
async function expectEndInTime(hang: () => Promise<void>, before = (): void => undefined): Promise<void> {
  await bench.objects.apply(
    planObject(bench.namespace, { ...PLAN_OF_THESE, timing: { progress: PROGRESS } }),
  );
  try {
    before();
    const { journal, ...evidence } = await runRelease(bench, {
      version: await bench.another(),
      phase: "Failed",
      meanwhile: hang,
    });
    expect(evidence).toMatchObject({
      phase: "Failed",
      journalIsWhole: true,
      shares: [],
      end: { live: "former", shares: ["candidate 0", "former 100"], entry: "former" },
    });
    expect(journal.at(-1)).toMatch(/→ Failed.*: ProgressDeadline$/);
    const gone = (): boolean => processesOf(bench.home, CLI_OR_PROVIDER).length === 0;
    await waitUntil("CLI and provider have been ended", gone, { deadline: seconds(40) });
  } finally {
    await bench.objects.apply(planObject(bench.namespace, PLAN_OF_THESE));
  }
  const after = await runRelease(bench, await good(bench));
  expect(after).toMatchObject({ phase: "Completed", shares: [20, 100], unfinishedOperations: [] });
}

describe("the CLI ends before its time:", () => {
  test.runIf(IN_FULL)(`${CLI_FAULTS.killedAtStart}; it is tried again`, () =>
    expectNoTraceOf("killedAtStart"),
  );

  test("the CLI is killed when it has written a state; it is tried again", () =>
    expectNoTrace(async () => {
      await writtenState(bench.home);
      expect(signalAll(processesOf(bench.home, APPLYING), "SIGKILL")).toBeGreaterThan(0);
    }));

  test(`${CLI_FAULTS.killedAtEnd}; it is tried again, and changes nothing`, () =>
    expectNoTraceOf("killedAtEnd"));

  test.runIf(IN_FULL)("the provider is killed in the middle of an apply; it is tried again", () =>
    expectNoTrace(async () => {
      expect(await killMidApply(bench.home, PROVIDER)).toBeGreaterThan(0);
    }),
  );
});

describe("rubbish:", () => {
  test.runIf(IN_FULL)(`${CLI_FAULTS.rubbishAndFailure}; it is tried again`, () =>
    expectNoTraceOf("rubbishAndFailure"),
  );

  test(`${CLI_FAULTS.rubbishAndSuccess}; it is not believed, and tried again`, () =>
    expectNoTraceOf("rubbishAndSuccess"));

  test.runIf(IN_FULL)(`${CLI_FAULTS.rubbishAround}; nobody minds`, () => expectNoTraceOf("rubbishAround"));
});

describe.runIf(IN_FULL)("something hangs:", () => {
  const hangs = (fault: CliFault) => (): Promise<void> =>
    waitUntil("it hangs", () => cli.isDone(fault), { deadline: seconds(30) });

  test(`${CLI_FAULTS.hangsAtStart}; the release ends in time`, () =>
    expectEndInTime(hangs("hangsAtStart"), () => cli.order("hangsAtStart")));

  for (const [what, command] of [
    ["the provider", PROVIDER],
    ["the worker", WORKER],
  ] as const)
    test(`${what} hangs in the middle of an apply; the release ends in time`, () =>
      expectEndInTime(async () => {
        expect(await signalMidApply(bench.home, command, "SIGSTOP")).toBeGreaterThan(0);
      }));

  test("the CLI hangs in the middle of an apply; it is ended at half time, and the release completes", () =>
    expectNoTrace(async () => {
      expect(await signalMidApply(bench.home, APPLYING, "SIGSTOP")).toBeGreaterThan(0);
    }));

  test(`${CLI_FAULTS.versionHangs}, as each new worker does; that is ended, and the release completes`, async () => {
    signalAll(processesOf(bench.home, WORKER), "SIGKILL");
    await expectNoTraceOf("versionHangs");
  });
});

describe("a full disk:", () => {
  /** The release says what is wrong and does not try without a pause; with room it goes on as if nothing had been. */
  const untilRoom = async (name: string): Promise<void> => {
    const from = mark();
    const full = await bench.releases.when(
      name,
      "says that the disk is full",
      ({ message }) => /no space left/i.test(message ?? ""),
      seconds(90),
    );
    expect(full.status).toMatchObject({ phase: "Preparing" });
    const again = ({
      intents = [],
    }: {
      readonly intents?: readonly { readonly attempt?: number }[];
    }): boolean => intents.some(({ attempt = 1 }) => attempt >= 4);
    await bench.releases.when(name, "has tried three times", again, seconds(60));
    // Pauses of one and two seconds lie between these tries.
    expect(mark() - from).toBeGreaterThan(3_000);
    disk.empty();
  };
  const emptied = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } finally {
      disk.empty();
    }
  };

  test("before an apply: it is told, tried again after pauses, and done when there is room", () =>
    emptied(() => {
      disk.fill();
      return expectNoTrace(untilRoom);
    }));

  test.runIf(IN_FULL)(
    "in the middle of an apply: the CLI tries for itself until half time, and then it is the same",
    () =>
      emptied(() =>
        expectNoTrace(async (name) => {
          // It stands still meanwhile, so that it can't be done before the disk is full.
          expect(await signalMidApply(bench.home, APPLYING, "SIGSTOP")).toBeGreaterThan(0);
          disk.fill();
          signalAll(processesOf(bench.home, APPLYING), "SIGCONT");
          await untilRoom(name);
        }),
      ),
  );
});
