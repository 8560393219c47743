import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock, turn } from "../../test/support/manual-clock.ts";
import { type Duration, milliseconds, minutes, seconds } from "../base/duration.ts";
import { plus } from "../base/instant.ts";
import { noMetrics } from "./metrics.ts";
import { type Outcome, WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

/** A worker whose runs the test ends by hand. */
class HandWorker {
  readonly started: string[] = [];
  readonly #running = new Map<string, (outcome: Outcome) => void>();
  most = 0;
  doubled = false;

  readonly run = (key: string): Promise<Outcome> => {
    this.started.push(key);
    if (this.#running.has(key)) this.doubled = true;
    return new Promise((resolve) => {
      this.#running.set(key, resolve);
      this.most = Math.max(this.most, this.#running.size);
    });
  };

  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  async end(key: string, outcome: Outcome = { kind: "done" }): Promise<void> {
    const resolve = this.#running.get(key);
    if (!resolve) throw new Error(`${key} does not run`);
    this.#running.delete(key);
    resolve(outcome);
    await turn();
  }
}

function bench(options: Partial<WorkQueueOptions> = {}) {
  const clock = new ManualClock();
  const worker = new HandWorker();
  const queue = new WorkQueue<string>({ clock, random: () => 0, ...options });
  return { clock, worker, queue };
}

const failing: Outcome = { kind: "retry" };
/** Lets time pass in steps until the key has started once more; how long that took. */
async function untilStarted(clock: ManualClock, worker: HandWorker, key: string): Promise<Duration> {
  const [from, runs] = [clock.monotonic(), worker.started.filter((k) => k === key).length];
  while (worker.started.filter((k) => k === key).length === runs) {
    const next = clock.untilNext;
    if (next === undefined) throw new Error(`${key} will never start`);
    await clock.pass(next);
  }
  return milliseconds(clock.monotonic() - from);
}

describe("a work queue", () => {
  it("Queue 2, deduplication: runs a key once for 1,000 adds before it is taken", async () => {
    const { worker, queue } = bench();
    for (let i = 0; i < 1_000; i++) queue.add("a");
    queue.start(worker.run);
    await worker.end("a");
    expect(worker.started).toEqual(["a"]);
    expect(queue.stats.state).toBe(0);
  });

  it("Queue 3, dirty while running: runs a key once more after an add during its run, never beside it", async () => {
    const { worker, queue } = bench();
    queue.start(worker.run);
    queue.add("a");
    for (let i = 0; i < 5; i++) queue.add("a");
    expect(worker.started).toEqual(["a"]);
    await worker.end("a");
    expect(worker.started).toEqual(["a", "a"]);
    await worker.end("a");
    expect(worker.started).toEqual(["a", "a"]);
  });

  it("Queue 4, never twice at once: holds whatever adds, failures and wake-ups come, with any number of workers", async () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant("add" as const),
        key: fc.integer({ min: 0, max: 4 }),
        reset: fc.boolean(),
      }),
      fc.record({
        do: fc.constant("end" as const),
        pick: fc.nat(),
        outcome: fc.constantFrom("done", "retry", "terminal"),
      }),
      fc.record({
        do: fc.constant("wake" as const),
        key: fc.integer({ min: 0, max: 4 }),
        after: fc.integer({ min: 0, max: 3_000 }),
      }),
      fc.record({ do: fc.constant("pass" as const), by: fc.integer({ min: 0, max: 5_000 }) }),
      fc.record({ do: fc.constant("forget" as const), key: fc.integer({ min: 0, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, workers) => {
          const { clock, worker, queue } = bench({ workers });
          queue.start(worker.run);
          const owed = new Set<string>();
          for (const s of steps) {
            if (s.do === "add") {
              queue.add(`k${s.key}`, { resetBackoff: s.reset });
              owed.add(`k${s.key}`);
            } else if (s.do === "wake") queue.wakeAfter(`k${s.key}`, milliseconds(s.after));
            else if (s.do === "forget") {
              queue.forget(`k${s.key}`);
              owed.delete(`k${s.key}`);
            } else if (s.do === "pass") await clock.pass(milliseconds(s.by));
            else {
              const key = worker.running[s.pick % Math.max(1, worker.running.length)];
              if (key !== undefined) await worker.end(key, { kind: s.outcome } as Outcome);
            }
          }
          expect(worker.doubled).toBe(false);
          expect(worker.most).toBeLessThanOrEqual(workers);
          // In a fair world everything that was added gets its run, and then no trace is left.
          for (let round = 0; round < 50; round++) {
            while (worker.running.length > 0) await worker.end(worker.running[0] ?? "");
            await clock.pass(minutes(1));
          }
          for (const key of owed) expect(worker.started).toContain(key);
          expect(queue.stats.state).toBe(0);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("Queue 5, back-off per key: lets a failing key wait longer each time up to a ceiling, others not at all, and a success forgets it", async () => {
    const { clock, worker, queue } = bench({ backoff: { first: seconds(1), ceiling: seconds(30) } });
    queue.start(worker.run);
    queue.add("bad");
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      await worker.end("bad", failing);
      queue.add("good");
      await worker.end("good");
      waits.push(await untilStarted(clock, worker, "bad"));
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15].map((s) => s * 1_000));
    await worker.end("bad");
    queue.add("bad");
    await worker.end("bad", failing);
    expect(await untilStarted(clock, worker, "bad")).toBe(1_000);
  });

  it("Queue 5, jitter: spreads the waits of keys that failed together, and keeps a wait that was asked for", async () => {
    let n = 0;
    const { clock, worker, queue } = bench({ random: () => (n++ % 10) / 10, workers: 10 });
    queue.start(worker.run);
    for (let i = 0; i < 10; i++) queue.add(`k${i}`);
    for (let i = 0; i < 10; i++) await worker.end(`k${i}`, failing);
    const times = new Set<number>();
    while (worker.running.length < 10) {
      await clock.pass(clock.untilNext ?? seconds(1));
      times.add(clock.monotonic());
    }
    expect(times.size).toBe(10);
    await worker.end("k0", { kind: "retry", retryAfter: seconds(20) });
    expect(await untilStarted(clock, worker, "k0")).toBeGreaterThanOrEqual(20_000);
  });

  it("Queue 6, spec change: resets the back-off at once, also when it comes during the run that fails", async () => {
    const { clock, worker, queue } = bench();
    queue.start(worker.run);
    queue.add("a");
    for (let i = 0; i < 8; i++) {
      await worker.end("a", failing);
      if (i < 7) await untilStarted(clock, worker, "a");
    }
    queue.add("a");
    expect(worker.running).toEqual([]);
    queue.add("a", { resetBackoff: true });
    expect(worker.running).toEqual(["a"]);
    queue.add("a", { resetBackoff: true });
    await worker.end("a", failing);
    expect(worker.running).toEqual(["a"]);
    await worker.end("a", failing);
    expect(await untilStarted(clock, worker, "a")).toBe(50);
  });

  it("Queue 7, delayed add: wakes once, at the earliest of several times, and neither adds nor runs push it back", async () => {
    const { clock, worker, queue } = bench();
    queue.start(worker.run);
    queue.wakeAfter("a", seconds(10));
    queue.wakeAt("a", plus(clock.now(), seconds(20)));
    queue.wakeAt("a", plus(clock.now(), seconds(5)));
    queue.wakeAfter("a", seconds(7));
    queue.add("a");
    await worker.end("a");
    await clock.pass(milliseconds(4_999));
    expect(worker.started).toHaveLength(1);
    await clock.pass(milliseconds(1));
    expect(worker.started).toHaveLength(2);
    await worker.end("a", { kind: "done", wakeAfter: seconds(3) });
    await clock.pass(milliseconds(3_000));
    expect(worker.started).toHaveLength(3);
    await worker.end("a");
    await clock.pass(minutes(10));
    expect(worker.started).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it("Queue 8, terminal: does not run a key again, not even at its wake-up, until it is added", async () => {
    const { clock, worker, queue } = bench();
    queue.start(worker.run);
    queue.wakeAfter("a", seconds(30));
    queue.add("a");
    await worker.end("a", { kind: "terminal" });
    await clock.pass(minutes(60));
    expect(worker.started).toHaveLength(1);
    queue.add("a");
    expect(worker.started).toHaveLength(2);
  });

  it("Queue 9, fair start: takes live keys before those of a first list, and still gets through the list", async () => {
    const { worker, queue } = bench({ workers: 1 });
    for (let i = 0; i < 100; i++) queue.add(`old-${i}`, { urgency: "initial" });
    for (let i = 0; i < 20; i++) queue.add(`live-${i}`);
    queue.add("old-99");
    queue.start(worker.run);
    for (let i = 0; i < 120; i++) await worker.end(worker.running[0] ?? "");
    const last = worker.started.indexOf("live-19");
    expect(last).toBeLessThan(25);
    expect(worker.started.indexOf("old-99")).toBeLessThan(25);
    expect(worker.started.slice(0, last).some((key) => key.startsWith("old-"))).toBe(true);
    expect(new Set(worker.started).size).toBe(120);
  });

  it("Queue 10, shutdown: finishes what runs, takes nothing new and leaves no timer", async () => {
    const { clock, worker, queue } = bench({ workers: 1 });
    queue.start(worker.run);
    for (const key of ["a", "b"]) queue.add(key);
    queue.wakeAfter("c", seconds(1));
    const drained = queue.drain(seconds(10));
    queue.add("d");
    queue.wakeAfter("d", seconds(1));
    await worker.end("a", failing);
    expect(await drained).toBe(true);
    await clock.pass(minutes(1));
    expect(worker.started).toEqual(["a"]);
    expect([clock.pending, queue.stats.state]).toEqual([0, 0]);
  });

  it("Queue 10, deadline: gives up a run that does not end in time and tells it to abort", async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue<string>({ clock });
    let aborted = false;
    queue.start((_key, signal) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return new Promise(() => {});
    });
    queue.add("a");
    const drained = queue.drain(seconds(10));
    clock.advance(seconds(10));
    expect(await drained).toBe(false);
    expect([aborted, clock.pending]).toEqual([true, 0]);
  });

  it("Queue 11, bounded: tells size, oldest age, retries and run times, and forgets a deleted object's key wholly", async () => {
    const runs: string[] = [];
    let retries = 0;
    const metrics = {
      requestDone() {},
      reflectorCount() {},
      leaseHeld() {},
      eventDropped() {},
      queueRun: ({ outcome, waited, took }: { outcome: string; waited: Duration; took: Duration }) =>
        void runs.push(`${outcome} ${waited} ${took}`),
      queueRetry: () => void retries++,
    };
    const { clock, worker, queue } = bench({ workers: 1, metrics });
    queue.start(worker.run);
    for (const key of ["a", "b", "c"]) queue.add(key);
    clock.advance(seconds(4));
    expect(queue.stats).toMatchObject({ ready: 2, running: 1, oldest: 4_000 });
    await worker.end("a", failing);
    expect(queue.stats.failing).toBe(1);
    queue.forget("a");
    queue.forget("b");
    await worker.end("b", { kind: "done", wakeAfter: seconds(9) });
    queue.wakeAfter("c", seconds(5));
    queue.forget("c");
    await worker.end("c", failing);
    expect(queue.stats.state).toBe(0);
    expect(runs).toEqual(["retry 0 4000", "done 4000 0", "retry 4000 0"]);
    expect(retries).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("counts what a busy process is late with a wake-up to the wait, which it would hide otherwise", async () => {
    const waits: number[] = [];
    const metrics = { ...noMetrics, queueRun: ({ waited }: { waited: Duration }) => void waits.push(waited) };
    const clock = new ManualClock();
    const queue = new WorkQueue<string>({ clock, random: () => 0, metrics });
    queue.start(async () => ({ kind: "done" }));
    queue.wakeAfter("a", seconds(5));
    clock.suspend(seconds(8));
    await clock.pass(seconds(0));
    expect(waits).toEqual([3_000]);
  });

  it("treats an exception of the worker as a failure and goes on", async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue<string>({ clock, random: () => 0 });
    let runs = 0;
    queue.start(async () => {
      runs += 1;
      if (runs === 1) throw new Error("planted");
      return { kind: "done" };
    });
    queue.add("a");
    await clock.pass(seconds(1));
    expect(runs).toBe(2);
    expect(queue.stats.state).toBe(0);
  });
});
