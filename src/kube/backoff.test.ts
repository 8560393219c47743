import fc from "fast-check";
import { expect, it } from "vitest";
import { milliseconds, seconds } from "../base/duration.ts";
import { Backoff, backoffDelay } from "./backoff.ts";

const range = { first: milliseconds(800), ceiling: seconds(30) };
const share = fc.double({ min: 0, max: 0.999, noNaN: true });

it("every wait lies within its range, and never shrinks with more failures at the same jitter", () => {
  fc.assert(
    fc.property(fc.nat(500), share, (failures, random) => {
      const wait = backoffDelay(failures + 1, range, () => random);
      expect(wait).toBeGreaterThanOrEqual(range.first);
      expect(wait).toBeLessThanOrEqual(range.ceiling);
      expect(backoffDelay(failures + 2, range, () => random)).toBeGreaterThanOrEqual(wait);
    }),
  );
});

it("a wait that the server asks for is kept or exceeded, and a reset starts anew", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(100_000))), share, (asked, random) => {
      const backoff = new Backoff(range, () => random);
      for (const wait of asked)
        expect(backoff.next(wait === null ? undefined : milliseconds(wait))).toBeGreaterThanOrEqual(
          wait ?? 0,
        );
      backoff.reset();
      expect(backoff.next()).toBe(backoffDelay(1, range, () => random));
    }),
  );
});
