import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Turns } from "./turns.ts";

const GROUPS = ["a", "b", "c", "d", "e"] as const;

type Deed =
  | { readonly do: "add"; readonly group: string; readonly item: number }
  | { readonly do: "delete"; readonly group: string; readonly item: number }
  | { readonly do: "take" }
  | { readonly do: "done"; readonly nth: number };

const group = fc.constantFrom(...GROUPS);
const item = fc.nat({ max: 30 });
const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), group, item }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), group, item }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("take" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("done" as const), nth: fc.nat({ max: 9 }) }) },
  ),
  { maxLength: 120 },
);

/** The same by lists and long ways: the group that has waited longest for a turn and may have one, its oldest item. */
class Model {
  readonly waiting: { readonly group: string; readonly item: number }[] = [];
  readonly rota: string[] = [];
  readonly held: string[] = [];
  readonly perGroup: number;
  constructor(perGroup: number) {
    this.perGroup = perGroup;
  }
  isFull = (name: string): boolean => this.held.filter((h) => h === name).length >= this.perGroup;
  has = (name: string): boolean => this.waiting.some((w) => w.group === name);
}

describe("groups that take turns", () => {
  const play = (all: readonly Deed[], perGroup: number): void => {
    const turns = new Turns<number>(perGroup);
    const model = new Model(perGroup);
    for (const deed of all) {
      if (deed.do === "add") {
        if (!model.waiting.some((w) => w.group === deed.group && w.item === deed.item))
          model.waiting.push({ group: deed.group, item: deed.item });
        turns.add(deed.group, deed.item, undefined);
      } else if (deed.do === "delete") {
        const at = model.waiting.findIndex((w) => w.group === deed.group && w.item === deed.item);
        if (at >= 0) model.waiting.splice(at, 1);
        turns.delete(deed.group, deed.item);
      } else if (deed.do === "done") {
        const [gone] = model.held.splice(deed.nth % Math.max(1, model.held.length), 1);
        if (gone !== undefined) turns.done(gone);
      } else {
        const taken = turns.take();
        const mayHave = model.waiting.filter((w) => !model.isFull(w.group));
        // Work conserving: something is taken whenever something may be.
        expect(taken !== undefined).toBe(mayHave.length > 0);
        if (taken === undefined) continue;
        // Order within a group.
        const oldest = model.waiting.findIndex((w) => w.group === taken.group);
        expect(model.waiting[oldest]).toEqual({ group: taken.group, item: taken.item });
        expect(model.isFull(taken.group)).toBe(false);
        model.waiting.splice(oldest, 1);
        if (perGroup !== Number.POSITIVE_INFINITY) model.held.push(taken.group);
      }
      expect(turns.size).toBe(model.waiting.length);
      for (const name of GROUPS)
        expect(turns.waiting(name)).toBe(model.waiting.filter((w) => w.group === name).length);
    }
  };

  it("give whatever may be given, each group in its own order, and no group more than its share", () => {
    fc.assert(fc.property(deeds, fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY), play), { numRuns: 400 });
  });

  it("let a newcomer wait for one turn of each group that waited before it, whatever these add meanwhile", () => {
    const crowd = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 0, maxLength: 20 });
    fc.assert(
      fc.property(crowd, fc.array(fc.nat({ max: 25 }), { maxLength: 100 }), (sizes, adds) => {
        const turns = new Turns<number>();
        let next = 0;
        const flood = (name: string): void => turns.add(name, next++, undefined);
        for (const [at, size] of sizes.entries()) for (let i = 0; i < size; i++) flood(`g${at}`);
        turns.add("victim", -1, undefined);
        let taken = 0;
        for (; ; taken++) {
          const who = turns.take();
          if (who?.group === "victim") break;
          // The adversary adds to old groups and to new ones, after every turn.
          for (const at of adds) flood(`g${at}`);
        }
        expect(taken).toBeLessThanOrEqual(sizes.length);
      }),
      { numRuns: 200 },
    );
  });

  it("starve nobody: everything that waits is taken within the items of its own group times the groups", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(group, item), { minLength: 1, maxLength: 80 }), (all) => {
        const turns = new Turns<number>(2);
        for (const [name, what] of all) turns.add(name, what, undefined);
        const own = turns.waiting(all[0]?.[0] ?? "a");
        let left = own;
        for (let taken = 1; left > 0; taken++) {
          const got = turns.take();
          if (got === undefined) throw new Error("nothing was given although something waits");
          turns.done(got.group);
          if (got.group === all[0]?.[0]) left -= 1;
          expect(taken).toBeLessThanOrEqual(own * GROUPS.length);
        }
      }),
    );
  });
});
