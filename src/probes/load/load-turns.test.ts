import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadTurns, type RunningLoad } from "./load-turns.ts";

describe("turns of loads", () => {
  it("leave one namespace a place that another fills the rest of, and give it in turn", () => {
    const turns = new LoadTurns(2);
    const load = (namespace: string, n: number): RunningLoad => ({ namespace, origin: `${namespace}-${n}` });
    const running = [load("busy", 1)];
    for (let n = 2; n < 9; n++)
      expect(turns.ask(`busy/${n}`, load("busy", n), running, 0)).toContain("of one namespace");
    expect(turns.ask("small/1", load("small", 1), running, 0)).toBeUndefined();
    // Both places are free again: the one goes to who has waited.
    expect(turns.ask("busy/9", load("busy", 9), [], 1)).toBe("waits for its turn");
    expect(turns.ask("busy/2", load("busy", 2), [], 1)).toBeUndefined();
  });

  it("are forgotten by who no longer asks, and remembered for no more than a hundred of a namespace", () => {
    const turns = new LoadTurns(1);
    const running = [{ namespace: "x", origin: "x" }];
    for (let n = 0; n < 300; n++) turns.ask(`a/${n}`, { namespace: "a", origin: `${n}` }, running, 0);
    expect(turns.waiting).toBe(100);
    expect(turns.ask("b/1", { namespace: "b", origin: "b" }, [], 9_000)).toBe("waits for its turn");
    expect(turns.ask("b/1", { namespace: "b", origin: "b" }, [], 11_000)).toBeUndefined();
    expect(turns.waiting).toBe(0);
  });

  it("come to everybody who keeps asking, whoever else comes", () => {
    const flood = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 6 })), { maxLength: 12 });
    fc.assert(
      fc.property(flood, flood, (before, during) => {
        const turns = new LoadTurns(2);
        const ask = (n: number, of: number, running: readonly RunningLoad[], now: number): RunningLoad[] => {
          const load = { namespace: `n${n}`, origin: `o${n}-${of}` };
          return turns.ask(`n${n}/${of}`, load, running, now) === undefined ? [load] : [];
        };
        let running: RunningLoad[] = [];
        for (const [n, of] of before) running.push(...ask(n, of, running, 0));
        const victim = { namespace: "victim", origin: "victim" };
        let rounds = 0;
        for (let now = 0; turns.ask("victim", victim, running, now) !== undefined; now += 1_000) {
          // One load ends in each round, the oldest; the others ask again, and new ones come.
          running = running.slice(1);
          for (const [n, of] of [...before, ...during]) running.push(...ask(n, of, running, now));
          expect(++rounds).toBeLessThanOrEqual(12);
        }
      }),
      { numRuns: 200 },
    );
  });
});
