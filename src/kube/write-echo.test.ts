import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { MemoryLog } from "../../test/support/reflector-bench.ts";
import { type Duration, seconds } from "../base/duration.ts";
import type { VersionedObject } from "./own-writes.ts";
import { WriteEcho } from "./write-echo.ts";

let clock: ManualClock;
let log: MemoryLog;
let shown: VersionedObject | undefined;
let renewed: Duration[];
let echo: WriteEcho;

beforeEach(() => {
  clock = new ManualClock();
  log = new MemoryLog();
  shown = written(1);
  renewed = [];
  const renew = (silent: Duration): void => void renewed.push(silent);
  echo = new WriteEcho({ clock, log, shown: () => shown, renew });
});

const written = (resourceVersion: number, uid = "a"): VersionedObject => ({
  metadata: { name: "shop", namespace: "ns", uid, resourceVersion: `${resourceVersion}` },
});

test("a write that the watch shows in time changes nothing", () => {
  echo.expect(written(2));
  clock.advance(seconds(4));
  shown = written(2);
  clock.advance(seconds(10));
  expect(renewed).toEqual([]);
  expect(clock.pending).toBe(0);
});

test("a write that is not shown has silent watches begun again, and says so", () => {
  echo.expect(written(2));
  clock.advance(seconds(5));
  expect(renewed).toEqual([seconds(5)]);
  expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
    ["warn", { namespace: "ns", name: "shop", after: "5s" }],
  ]);
});

test("of several writes the first, the one after it and the last are waited for, each for as long", () => {
  for (let version = 2; version <= 5; version++) {
    echo.expect(written(version));
    clock.advance(seconds(1));
  }
  expect(clock.pending).toBe(1);
  shown = written(3);
  clock.advance(seconds(2)); // 6 s after the first, 5 s after the second
  expect(renewed).toEqual([]);
  clock.advance(seconds(2)); // 5 s after the last
  expect(renewed).toEqual([seconds(5)]);
  expect(clock.pending).toBe(0);
});

test("while beginning again does not help it is done less and less often", () => {
  for (let i = 2; i < 9; i++) {
    echo.expect(written(i));
    clock.advance(seconds(80));
  }
  expect(renewed).toEqual([5, 10, 20, 40, 80, 80, 80].map((s) => seconds(s)));
  shown = written(20);
  echo.expect(written(9));
  clock.advance(seconds(80));
  echo.expect(written(21));
  clock.advance(seconds(5));
  expect(renewed.at(-1)).toBe(seconds(5));
});

test("what is gone or has been made anew since is not waited for", () => {
  echo.expect(written(2));
  shown = undefined;
  clock.advance(seconds(5));
  echo.expect(written(2));
  shown = written(1, "b");
  clock.advance(seconds(5));
  expect(renewed).toEqual([]);
});

test("nothing is waited for after the end", () => {
  echo.expect(written(2));
  echo.expect(written(3));
  echo.stop();
  expect(clock.pending).toBe(0);
});
