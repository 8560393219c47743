/** Two controllers: the one that leads dies, is paused or stops in the middle of a release, and the other goes on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import type { ControllerProcess } from "../lab/controller.ts";
import { locksOf } from "../support/pulumi-folder.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import type { Evidence } from "./support/evidence.ts";
import { acceptedWrites, Leaders, PAIR, PLAN_OF_PAIRS, TAKEN_OVER } from "./support/leaders.ts";
import { APPLYING, processesOf } from "./support/processes.ts";
import { good, runRelease, runUndisturbed } from "./support/run.ts";
import { inPhase, twentyInForce, twentyWritten, whenSeen } from "./support/seen.ts";

let bench: Bench;
let leaders: Leaders;
let undisturbed: Evidence;

beforeAll(async () => {
  bench = await openBench(PLAN_OF_PAIRS, PAIR);
  leaders = new Leaders(bench);
  leaders.start();
  undisturbed = await runUndisturbed(bench);
});
afterAll(async () => {
  await leaders?.stop();
  await bench?.close();
});

const told = (what: string, took: number): void => console.info(`${what}: ${Math.round(took)} ms`);

/** It has the Lease before it says so. */
const whenLeading = (standby: ControllerProcess): Promise<void> =>
  waitUntil("the standby leads", () => standby.leads(), { deadline: seconds(20), every: seconds(0.1) });

/** The leader dies, and the other one leads in time. The first is there again afterwards, as standby. */
async function changeLeaders(what: string): Promise<void> {
  const { leader, standby } = await leaders.who();
  const killed = mark();
  await leader.kill();
  const { after } = await leaders.takeOver(killed);
  told(`take-over after a kill ${what}`, after);
  expect(after).toBeLessThan(TAKEN_OVER);
  await whenLeading(standby);
  await leader.start();
  expect(await leader.leads()).toBe(false);
}

test("the leader is killed at a canary step: the standby takes over in time, and the release ends as if nothing had been", async () => {
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    await changeLeaders("at a canary step");
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
});

test.for([
  ["in Preparing", inPhase("Preparing")],
  ["in Shifting, with the route written", twentyWritten],
  ["in Observing", inPhase("Observing")],
  ["once the release has completed and the former slot drains", inPhase("Completed")],
] as const)("the leader is killed %s: the release ends as if nothing had been", async ([when, seen]) => {
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, when, seen);
    await changeLeaders(when);
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
});

test("the leader is killed while a release is taken back: the standby goes on with that, and it ends as if nothing had been", async () => {
  const aborted = async (then: () => Promise<void>): Promise<Evidence> => {
    const meanwhile = async (name: string): Promise<void> => {
      await whenSeen(bench, "20 % are in force", twentyInForce);
      const seen = whenSeen(bench, "it is being taken back", inPhase("Reverting"));
      await bench.releases.command(name, { abort: { reason: "a test" } });
      await seen;
      await then();
    };
    return runRelease(bench, { version: await bench.another(), phase: "Reverted", meanwhile });
  };
  const alone = await aborted(async () => undefined);
  expect(alone).toMatchObject({ shares: [20, 0], end: { live: "former" } });
  expect(await aborted(() => changeLeaders("in Reverting"))).toEqual(alone);
});

test("the leader is killed in the middle of an apply: the standby makes it anew, and the release ends as if nothing had been", async () => {
  const meanwhile = async (): Promise<void> => {
    const { leader } = await leaders.who();
    const inside = (): boolean =>
      locksOf(leader.home).length > 0 && processesOf(leader.home, APPLYING).length > 0;
    await waitUntil("an apply is in its middle", inside, { deadline: seconds(30), every: seconds(0.01) });
    const killed = mark();
    await leader.kill();
    const { after } = await leaders.takeOver(killed);
    told("take-over after a kill in mid-apply", after);
    expect(after).toBeLessThan(TAKEN_OVER);
    await leader.start();
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
});

test("the leader is paused at a canary step and wakes up after the take-over: no write of it is accepted, and the release ends well", async () => {
  let [after, woke, accepted] = [0, 0, Number.NaN];
  const meanwhile = async (name: string): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    const { leader, standby } = await leaders.who();
    const pid = leader.identity?.pid;
    const paused = mark();
    leader.pause();
    try {
      ({ after } = await leaders.takeOver(paused));
    } finally {
      woke = mark();
      leader.resume();
    }
    const late = async (): Promise<boolean> => (await leader.metrics()).includes("bascule_leader 0");
    await waitUntil("the late leader stands by", late, { deadline: seconds(30), every: seconds(0.02) });
    accepted = await acceptedWrites(leader);
    await bench.releases.when(name, "is finished", ({ phase }) => phase === "Completed");
    // All that the release still needed was written, and none of it by the late leader.
    expect(await acceptedWrites(leader)).toBe(accepted);
    const done = bench.orders.entries(woke).filter((entry) => entry.event === "begun" && entry.pid === pid);
    const succeeded = bench.orders.entries(woke).filter(({ event, ok, kind, about, pid: by }) => {
      const begun = done.some((entry) => entry.kind === kind && entry.about === about);
      return event === "done" && ok === true && by === pid && begun;
    });
    expect(succeeded).toEqual([]);
    await whenLeading(standby);
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
  told("take-over from a paused leader", after);
  expect(after).toBeLessThan(TAKEN_OVER);
});

test("the leader is stopped in order at a canary step: the other leads within a second, and the release ends as if nothing had been", async () => {
  let free = Number.NaN;
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    const { leader } = await leaders.who();
    const from = mark();
    await leader.stop();
    ({ free } = await leaders.takeOver(from));
    await leader.start();
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
  told("take-over after an orderly stop", free);
  expect(free).toBeLessThan(1_000 + 2_000);
});
