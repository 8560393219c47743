import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { checkpointFile, locksOf } from "../../../test/support/pulumi-folder.ts";
import { until } from "../../../test/support/until.ts";
import { minutes, seconds } from "../../base/duration.ts";
import type { StackRequest } from "../../ports/stacks.ts";
import { StackFailure } from "../errors.ts";
import type { JobResult } from "../messages.ts";
import type { StackRunnerOptions } from "../runner-options.ts";
import type { StackStates, StateSession } from "./stack-states.ts";
import { type StatePlace, withState } from "./with-state.ts";

const STACK = "team.shop.blue";
const state = (n: number): string =>
  JSON.stringify({ version: 3, checkpoint: { stack: "s", latest: { n } } });
const SUCCEEDED: JobResult = {
  ok: true,
  changes: { created: 1, updated: 0, replaced: 0, deleted: 0, same: 0 },
  notes: [],
};
const FAILED: JobResult = { ok: false, class: "conflict", message: "owned by others", retry: "later" };

let home: string;
let clock: ManualClock;
/** What was asked of the states, in order. */
let asked: unknown[];
let failures: Error[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "bascule-state-"));
  clock = new ManualClock();
  asked = [];
  failures = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** States that hold one checkpoint. */
function holding(stored: string | undefined, interrupted = false): StackStates {
  const checkpoint = stored === undefined ? undefined : Buffer.from(stored);
  const note = async (...what: unknown[]): Promise<void> => {
    const failure = failures.shift();
    if (failure) throw failure;
    asked.push(what);
  };
  const session: StateSession = {
    checkpoint,
    interrupted,
    store: (bytes) => note("store", bytes.toString()),
    end: (last) => note("end", last.checkpoint?.toString(), last.clean ? "clean" : "marked"),
    remove: () => note("remove"),
  };
  return { open: async () => session, read: async () => checkpoint };
}

/** Runs an operation that leaves `written` in the folder. */
function run(states: StackStates, result: JobResult | Error, written?: string, operation = "apply") {
  const options = { clock, states, paths: { pulumi: "pulumi", home, passphraseFile: "none" } };
  const request = { stack: STACK, operation, deadline: minutes(1) } as StackRequest;
  const lease = {
    remaining: seconds(10),
    lost: new AbortController().signal,
    release: async () => undefined,
  };
  const work = async (place: StatePlace): Promise<JobResult> => {
    places.push({ place, found: readable(checkpointFile(home, STACK)) });
    if (written !== undefined) writeFileSync(checkpointFile(home, STACK), written);
    if (result instanceof Error) throw result;
    return result;
  };
  return withState(options as unknown as StackRunnerOptions, request, lease, work);
}
const places: { place: StatePlace; found: string | undefined }[] = [];
const readable = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

describe("an operation", () => {
  it("finds the stored state in a folder of its own, without what a dead one left there, and its end is stored", async () => {
    const locks = join(home, "state", STACK, ".pulumi", "locks");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "1.json"), "{}");
    expect(await run(holding(state(1)), SUCCEEDED, state(2))).toBe(SUCCEEDED);
    expect(locksOf(home)).toEqual([]);
    expect(places.at(-1)).toMatchObject({
      place: { backend: `file://${join(home, "state", STACK)}`, interrupted: false },
      found: state(1),
    });
    expect(asked).toEqual([["end", state(2), "clean"]]);
  });

  it("that failed before it changed anything leaves no mark", async () => {
    await run(holding(state(1)), FAILED);
    expect(asked).toEqual([["end", state(1), "clean"]]);
  });

  it("that failed on its way leaves a mark, and so does one that was killed", async () => {
    await run(holding(state(1)), FAILED, state(2));
    await expect(run(holding(state(1)), new Error("killed"), state(3))).rejects.toThrow("killed");
    expect(asked).toEqual([
      ["end", state(2), "marked"],
      ["end", state(3), "marked"],
    ]);
  });

  it("after one that was killed is told so, and takes the mark away only when it succeeds", async () => {
    await run(holding(state(1), true), FAILED);
    expect(places.at(-1)?.place.interrupted).toBe(true);
    await run(holding(state(1), true), SUCCEEDED);
    expect(asked).toEqual([
      ["end", state(1), "marked"],
      ["end", state(1), "clean"],
    ]);
  });

  it("that leaves half a file costs nothing of what is stored", async () => {
    const half = state(2).slice(0, 20);
    await run(holding(state(1)), FAILED, half);
    const succeeding = run(holding(state(1)), SUCCEEDED, half);
    await expect(succeeding).rejects.toMatchObject({ class: "bug", retry: "soon" });
    expect(asked).toEqual([
      ["end", state(1), "marked"],
      ["end", state(1), "marked"],
    ]);
  });

  it("for which the folder can't be filled does not begin, and what is stored stays", async () => {
    writeFileSync(join(home, "state"), "no folder");
    await expect(run(holding(state(1)), SUCCEEDED)).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(asked).toEqual([["end", state(1), "marked"]]);
  });

  it("that only looks stores nothing", async () => {
    await run(holding(state(1)), SUCCEEDED, state(2), "preview");
    expect(asked).toEqual([]);
  });

  it("that destroys the stack removes its state; where it fails, the state stays", async () => {
    await run(holding(state(1)), SUCCEEDED, undefined, "destroy");
    await run(holding(state(1)), FAILED, state(2), "destroy");
    expect(asked).toEqual([["remove"], ["end", state(2), "marked"]]);
  });
});

describe("the end of an operation", () => {
  it("is stored again and again while the API server does not answer", async () => {
    failures = [new StackFailure("unreachable", "no answer"), new StackFailure("unreachable", "no answer")];
    const running = run(holding(state(1)), SUCCEEDED, state(2));
    for (const left of [1, 0]) {
      await until("a try has failed", () => failures.length === left && clock.pending > 0);
      clock.advance(seconds(1));
    }
    expect(await running).toBe(SUCCEEDED);
    expect(asked).toEqual([["end", state(2), "clean"]]);
  });

  it("that another one's state refuses is a failure, although everything was applied", async () => {
    failures = [new StackFailure("locked", "taken over", { retry: "soon" })];
    await expect(run(holding(state(1)), SUCCEEDED, state(2))).rejects.toMatchObject({ class: "locked" });
  });
});
