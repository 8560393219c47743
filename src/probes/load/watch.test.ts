import { describe, expect, it } from "vitest";
import { LoadWatch } from "./watch.ts";

const GOOD = { answered: true, bad: false };
const ERROR = { answered: true, bad: true };

/** Sends ten requests a second from `from` up to `to` seconds, all of which end the same way, or not at all. */
function play(watch: LoadWatch, from: number, to: number, how?: typeof GOOD): number {
  for (let at = from * 1_000; at < to * 1_000; at += 100) {
    watch.sent(at, 0);
    if (how) watch.settled(at + 10, how);
  }
  return to * 1_000;
}

describe("a load's watch", () => {
  it("lets a good target be", () => {
    const watch = new LoadWatch(0.01, 5_000);
    const end = play(watch, 0, 60, GOOD);
    expect(watch.down(end)).toBeUndefined();
    expect(watch.behind(end)).toBeUndefined();
  });

  it("calls a target down that has not answered for five seconds, and no sooner", () => {
    const watch = new LoadWatch(0.01, 1_000);
    play(watch, 0, 10, GOOD);
    play(watch, 10, 14.9);
    expect(watch.down(14_900)).toBeUndefined();
    play(watch, 14.9, 15.2);
    expect(watch.down(15_200)).toMatch(/no answer for 5\.\d s/);
  });

  it("waits as long as an answer may take before it speaks of silence", () => {
    const watch = new LoadWatch(0.01, 10_000);
    play(watch, 0, 9.9);
    expect(watch.down(9_900)).toBeUndefined();
    play(watch, 9.9, 10.2);
    expect(watch.down(10_200)).toContain("no answer");
  });

  it("calls a target down of which most requests fail, also when it answers", () => {
    const watch = new LoadWatch(0.01, 5_000);
    play(watch, 0, 10, GOOD);
    play(watch, 10, 12, ERROR);
    expect(watch.down(12_000)).toBeUndefined();
    play(watch, 12, 13, ERROR);
    expect(watch.down(13_000)).toMatch(/\d+ of \d+ requests failed in 5\.0 s/);
  });

  it("lets a target be whose errors are allowed, however many", () => {
    const watch = new LoadWatch(1, 5_000);
    expect(watch.down(play(watch, 0, 10, ERROR))).toBeUndefined();
  });

  it("says that the generator is behind when it has sent nothing in time for two seconds", () => {
    const watch = new LoadWatch(0.01, 5_000);
    play(watch, 0, 1, GOOD);
    for (let at = 1_000; at < 2_800; at += 100) watch.sent(at, 500);
    expect(watch.behind(2_800)).toBeUndefined();
    for (let at = 2_800; at < 3_200; at += 100) watch.sent(at, 500);
    expect(watch.behind(3_200)).toContain("2.3 s");
    watch.sent(3_300, 1);
    expect(watch.behind(3_400)).toBeUndefined();
  });

  it("says so too when it was held up and has caught up since", () => {
    const watch = new LoadWatch(0.01, 5_000);
    for (let due = 1_000; due <= 3_400; due += 100) watch.sent(3_400, 3_400 - due);
    expect(watch.behind(3_400)).toContain("2.4 s late");
  });
});
