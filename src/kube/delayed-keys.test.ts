import fc from "fast-check";
import { expect, it } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { milliseconds } from "../base/duration.ts";
import { DelayedKeys } from "./delayed-keys.ts";

it("each key comes due exactly once, in order of time, at the earliest time set, and one timer serves them all", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: fc.nat(60), delay: fc.nat(500) }), { maxLength: 400 }), (sets) => {
      const clock = new ManualClock();
      const fired: (readonly [number, number])[] = [];
      const keys = new DelayedKeys<number>(clock, (key) => void fired.push([clock.monotonic(), key]));
      const earliest = new Map<number, number>();
      for (const { key, delay } of sets) {
        keys.set(key, milliseconds(delay));
        earliest.set(key, Math.min(delay, earliest.get(key) ?? delay));
      }
      expect(keys.size).toBe(earliest.size);
      expect(clock.pending).toBe(earliest.size > 0 ? 1 : 0);
      clock.advance(milliseconds(1_000));
      expect(new Map(fired.map(([at, key]) => [key, at]))).toEqual(earliest);
      expect(fired.map(([at]) => at)).toEqual(fired.map(([at]) => at).sort((a, b) => a - b));
      expect(fired).toHaveLength(earliest.size);
      expect([keys.size, clock.pending]).toEqual([0, 0]);
    }),
  );
});
