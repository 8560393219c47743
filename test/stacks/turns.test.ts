/** Operations that wait until a worker is free for them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import type { AcquireLease } from "../../src/stacks/lease.ts";
import type { StackRunner } from "../../src/stacks/runner.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import { type Bench, openBench, slotRequest } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

test("the time that an operation waits for its turn does not count against its deadline, which begins then", async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  // Whoever has the worker keeps it, until its Lease is refused or it is ended.
  const refused = Promise.withResolvers<void>();
  const acquireLease: AcquireLease = async (stack, _deadline, signal) => {
    asked.push(stack);
    const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await (asked.length === 1 ? Promise.race([refused.promise, ended]) : ended);
    return { holder: "somebody else" };
  };
  const runner: StackRunner = bench.runner({ clock, workers: 1, acquireLease });
  const first = slotRequest(bench.namespace, { slot: "blue", deadline: minutes(60) });
  const second = slotRequest(bench.namespace, { slot: "green", deadline: minutes(5) });
  const seen = (): unknown => runner.ensure(second);

  runner.ensure(first);
  await until("the first has the worker", () => asked.length === 1, 60_000);
  runner.ensure(second);
  await until("the second waits", () => JSON.stringify(seen()).includes("waits for its turn"));
  clock.advance(minutes(20));
  expect(seen()).toMatchObject({ state: "running", waits: expect.stringContaining("waits for its turn") });

  refused.resolve();
  await until("it is the second's turn", () => asked.length === 2, 60_000);
  expect(seen()).toEqual({ state: "running" });
  clock.advance(minutes(4));
  expect(seen()).toEqual({ state: "running" });
  clock.advance(minutes(1));
  await until("its own time is over", () => JSON.stringify(seen()).includes("failed"));
  expect(seen()).toMatchObject({ state: "failed", class: "timeout" });
});
