import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadyKeys, type Urgency } from "./ready-keys.ts";

const urgency: fc.Arbitrary<Urgency> = fc.constantFrom("urgent", "live", "initial");

describe("keys that may run", () => {
  it("of one namespace don't delay the single key of another, whatever they add", () => {
    const keys = new ReadyKeys<string>();
    for (let i = 0; i < 1_000; i++) keys.add(`busy/p${i}`, "live", 0);
    keys.add("small/shop", "live", 1);
    const first = [keys.take(), keys.take()];
    expect(first.map((taken) => taken?.key)).toEqual(["busy/p0", "small/shop"]);
  });

  it("run in a bounded number of turns, however urgent others say they are", () => {
    const flood = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 500 }), urgency), { maxLength: 200 });
    fc.assert(
      fc.property(flood, flood, urgency, (before, during, how) => {
        const keys = new ReadyKeys<string>();
        const add = ([namespace, plan, why]: readonly [number, number, Urgency]): void =>
          keys.add(`n${namespace}/p${plan}`, why, 0);
        for (const one of before) add(one);
        keys.add("victim/shop", how, 0);
        const namespaces = new Set(before.map(([n]) => n)).size;
        let taken = 0;
        for (; keys.take()?.key !== "victim/shop"; taken++) for (const one of during) add(one);
        // Of a lane every namespace has one turn at most before it, and of eight turns each other lane takes what is not its own.
        const share = how === "urgent" ? 2 : 8;
        expect(taken).toBeLessThanOrEqual(share * (namespaces + 1));
      }),
      { numRuns: 300 },
    );
  });

  it("run the more urgent first, each once, and each with the time at which it came first", () => {
    const keys = new ReadyKeys<string>();
    keys.add("a/1", "initial", 1);
    keys.add("a/2", "live", 2);
    keys.add("a/1", "urgent", 3);
    keys.add("a/2", "initial", 4);
    expect([keys.size, keys.oldest, keys.has("a/1")]).toEqual([2, 1, true]);
    expect(keys.take()).toEqual({ key: "a/1", since: 1, urgency: "urgent" });
    expect(keys.take()).toEqual({ key: "a/2", since: 2, urgency: "live" });
    expect(keys.take()).toBeUndefined();
  });
});
