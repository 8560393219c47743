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
  shown = version(1);
  renewed = [];
  const renew = (silent: Duration): void => void renewed.push(silent);
  echo = new WriteEcho({ clock, log, shown: () => shown, renew });
});

const version = (resourceVersion: number, uid = "a"): VersionedObject => ({
  metadata: { name: "shop", namespace: "ns", uid, resourceVersion: `${resourceVersion}` },
});

test("a write that the watch shows in time changes nothing", () => {
  echo.expect(version(2));
  clock.advance(seconds(4));
  shown = version(2);
  clock.advance(seconds(10));
  expect(renewed).toEqual([]);
  expect(clock.pending).toBe(0);
});

test("a write that is not shown has silent watches begun again, and says so", () => {
  echo.expect(version(2));
  clock.advance(seconds(5));
  expect(renewed).toEqual([seconds(5)]);
  expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
    ["warn", { namespace: "ns", name: "shop", after: "5s" }],
  ]);
});

test("the last write of several is waited for after the first", () => {
  echo.expect(version(2));
  echo.expect(version(3));
  echo.expect(version(4));
  shown = version(3);
  clock.advance(seconds(5));
  expect(renewed).toEqual([]);
  clock.advance(seconds(5));
  expect(renewed).toEqual([seconds(5)]);
  expect(clock.pending).toBe(0);
});

test("while beginning again does not help it is done less and less often", () => {
  for (let i = 2; i < 9; i++) {
    echo.expect(version(i));
    clock.advance(seconds(80));
  }
  expect(renewed).toEqual([5, 10, 20, 40, 80, 80, 80].map((s) => seconds(s)));
  shown = version(20);
  echo.expect(version(9));
  clock.advance(seconds(80));
  echo.expect(version(21));
  clock.advance(seconds(5));
  expect(renewed.at(-1)).toBe(seconds(5));
});

test("what is gone or has been made anew since is not waited for", () => {
  echo.expect(version(2));
  shown = undefined;
  clock.advance(seconds(5));
  echo.expect(version(2));
  shown = version(1, "b");
  clock.advance(seconds(5));
  expect(renewed).toEqual([]);
});

test("nothing is waited for after the end", () => {
  echo.expect(version(2));
  echo.expect(version(3));
  echo.stop();
  expect(clock.pending).toBe(0);
});
