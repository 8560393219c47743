import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { minutes } from "../base/duration.ts";
import type { ProgramSource } from "./messages.ts";
import { Pool } from "./pool.ts";

class FakeWorker {
  isAlive = true;
  served = 0;
  rss = 0;
  hasFailed = false;
  loaded = new Map<string, string>();
  isStaleFor(source: ProgramSource | undefined): boolean {
    const digest = source && this.loaded.get(source.folder);
    return digest !== undefined && digest !== source?.digest;
  }
  async kill(): Promise<void> {
    this.isAlive = false;
  }
}

const MIB = 1024 * 1024;
let clock: ManualClock;
let started: FakeWorker[];
let pool: Pool<FakeWorker>;

beforeEach(() => {
  clock = new ManualClock();
  started = [];
  pool = new Pool<FakeWorker>({
    clock,
    size: 2,
    perGroup: 2,
    recycleAfter: 3,
    rssLimit: 100,
    idle: minutes(1),
    start: () => {
      const worker = new FakeWorker();
      started.push(worker);
      return worker;
    },
  });
});

const source = (digest: string): ProgramSource => ({ name: "p", folder: "/p", digest });

test("a worker is used again, and no more than the size run at a time", async () => {
  const first = await pool.acquire(undefined);
  const second = await pool.acquire(undefined);
  let third: FakeWorker | undefined;
  const waiting = pool.acquire(undefined).then((worker) => {
    third = worker;
  });
  await Promise.resolve();
  expect(third).toBeUndefined();
  pool.release(first);
  await waiting;
  expect(third).toBe(first);
  expect(second).not.toBe(first);
  expect(started).toHaveLength(2);
});

test("waiting requests are served in order, and one that gave up is passed over", async () => {
  const [first, second] = [await pool.acquire(undefined), await pool.acquire(undefined)];
  const stop = new AbortController();
  const order: string[] = [];
  const given = pool.acquire(undefined, { signal: stop.signal });
  const later = pool.acquire(undefined).then((worker) => {
    order.push("later");
    return worker;
  });
  stop.abort(new Error("no longer wanted"));
  await expect(given).rejects.toThrow("no longer wanted");
  pool.release(first);
  expect(await later).toBe(first);
  expect(order).toEqual(["later"]);
  pool.release(second);
});

test.each([
  ["it has served its number of requests", (worker: FakeWorker) => (worker.served = 3)],
  ["it has grown too large", (worker: FakeWorker) => (worker.rss = 101 * MIB)],
  ["an operation failed in it", (worker: FakeWorker) => (worker.hasFailed = true)],
  ["it has died", (worker: FakeWorker) => (worker.isAlive = false)],
])("a worker is replaced when %s", async (_why, wear) => {
  const worker = await pool.acquire(undefined);
  wear(worker);
  pool.release(worker);
  expect(worker.isAlive).toBe(false);
  expect(await pool.acquire(undefined)).not.toBe(worker);
});

test("a worker that loaded an older version of a program does not get the newer one", async () => {
  const worker = await pool.acquire(source("old"));
  worker.loaded.set("/p", "old");
  pool.release(worker);
  expect(await pool.acquire(source("old"))).toBe(worker);
  pool.release(worker);
  const other = await pool.acquire(source("new"));
  expect(other).not.toBe(worker);
  expect(worker.isAlive).toBe(false);
});

test("idle workers end after their time, and a warm one is started only when there is none", async () => {
  pool.warm();
  pool.warm();
  expect(started).toHaveLength(1);
  clock.advance(minutes(1));
  expect(started[0]?.isAlive).toBe(false);
  expect(await pool.acquire(undefined)).not.toBe(started[0]);
});

test("closing ends busy and idle workers, refuses those who wait, and leaves no timer", async () => {
  const [first, second] = [await pool.acquire(undefined), await pool.acquire(undefined)];
  const waiting = pool.acquire(undefined);
  const refused = expect(waiting).rejects.toThrow("closed");
  await pool.close();
  await refused;
  expect([first.isAlive, second.isAlive]).toEqual([false, false]);
  expect(clock.pending).toBe(0);
  await expect(pool.acquire(undefined)).rejects.toThrow("closed");
});

test("one group has all workers but one, told that it waits, and groups take turns", async () => {
  const small = new Pool<FakeWorker>({ clock, size: 3, start: () => new FakeWorker() });
  const waits: string[] = [];
  const served: string[] = [];
  const claim = (group: string, name: string) =>
    small.acquire(undefined, { group, onWait: () => void waits.push(name) }).then((worker) => {
      served.push(name);
      return worker;
    });
  const busy = ["a1", "a2", "a3", "a4"].map((name) => claim("a", name));
  const other = claim("b", "b1");
  const first = await busy[0];
  expect(await other).toBeDefined();
  expect(waits).toEqual(["a3", "a4"]);
  const third = claim("c", "c1");
  expect(waits).toEqual(["a3", "a4", "c1"]);
  small.release(await other);
  await third;
  small.release(first as FakeWorker);
  await busy[2];
  expect(served).toEqual(["a1", "a2", "b1", "c1", "a3"]);
});
