import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Duration, milliseconds } from "../base/duration.ts";
import { ServerClock } from "./server-clock.ts";

const header = (time: number): string => new Date(Math.floor(time / 1_000) * 1_000).toUTCString();
const START = Date.UTC(2030, 0, 1);

/** A run of requests: each waits, travels there, is stamped, and travels back. */
const requests = fc.array(
  fc.record({ wait: fc.nat(20_000), there: fc.nat(2_000), back: fc.nat(2_000), reads: fc.nat(3) }),
  { minLength: 1, maxLength: 40 },
);

describe("the server's clock", () => {
  it("is never ahead of the server, and behind by less than a second and the shortest way back", () => {
    fc.assert(
      fc.property(requests, fc.nat(999), (run, offset) => {
        let elapsed = 0;
        const clock = new ServerClock(() => milliseconds(elapsed));
        const serverTime = (): number => START + offset + elapsed;
        let shortest = Number.POSITIVE_INFINITY;
        for (const { wait, there, back } of run) {
          elapsed += wait;
          const sent = milliseconds(elapsed);
          elapsed += there;
          const stamp = header(serverTime());
          elapsed += back;
          shortest = Math.min(shortest, back);
          clock.observe(stamp, sent);
          const told = clock.now() ?? Number.NaN;
          expect(told).toBeLessThanOrEqual(serverTime());
          expect(serverTime() - told).toBeLessThanOrEqual(1_000 + shortest);
        }
      }),
    );
  });

  it("never steps back, whatever servers with other clocks answer, and goes on at half the speed at least", () => {
    fc.assert(
      fc.property(
        requests,
        fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1 }),
        (run, offsets) => {
          let elapsed = 0;
          const clock = new ServerClock(() => milliseconds(elapsed));
          let last: { readonly told: number; readonly at: number } | undefined;
          const look = (): void => {
            const told = clock.now() ?? Number.NaN;
            if (last)
              expect(told).toBeGreaterThanOrEqual(Math.floor(last.told + (elapsed - last.at) / 2) - 1);
            last = { told, at: elapsed };
          };
          run.forEach(({ wait, there, back, reads }, i) => {
            elapsed += wait;
            const sent = milliseconds(elapsed);
            elapsed += there;
            const stamp = header(START + elapsed + (offsets[i % offsets.length] ?? 0));
            elapsed += back;
            clock.observe(stamp, sent);
            for (let read = 0; read <= reads; read++) {
              elapsed += 37;
              look();
            }
          });
        },
      ),
    );
  });

  it("follows a server that was set back, without ever stepping back itself", () => {
    let elapsed = 0;
    const clock = new ServerClock(() => milliseconds(elapsed));
    clock.observe(header(START + 60_000), milliseconds(0));
    expect(clock.now()).toBe(START + 60_000);
    clock.observe(header(START), milliseconds(0));
    for (; elapsed < 119_000; elapsed += 500) clock.now();
    expect(clock.now()).toBeGreaterThan(START + elapsed);
    elapsed = 121_000;
    expect(clock.now()).toBe(START + 121_000);
  });

  it("knows nothing before the first answer and ignores what is no date", () => {
    const clock = new ServerClock((): Duration => milliseconds(0));
    clock.observe(undefined, milliseconds(0));
    clock.observe("yesterday", milliseconds(0));
    expect(clock.now()).toBeUndefined();
  });
});
