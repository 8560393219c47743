import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../../base/duration.ts";
import { type Instant, plus, renderInstant } from "../../base/instant.ts";
import { LASTING, type LiveFloor, raiseLiveFloor } from "./live-floor.ts";

const START = 1_800_000_000_000 as Instant;
const after = (ms: number): Instant => plus(START, milliseconds(ms));
/** What looks at these times with so many ready replicas come to. */
const follow = (...looks: readonly (readonly [ms: number, ready: number])[]): LiveFloor =>
  looks.reduce<LiveFloor>((before, [ms, ready]) => raiseLiveFloor(before, { ready }, after(ms)), {
    floor: 0,
    rises: [],
  });

describe("the floor of the live side", () => {
  it("is at once what is ready and asked for", () => {
    expect(raiseLiveFloor({}, { ready: 4, desired: 4 }, START)).toEqual({ floor: 4, rises: [] });
    expect(raiseLiveFloor({ floor: 2 }, { ready: 3, desired: 4 }, START)).toEqual({ floor: 3, rises: [] });
    const surge = raiseLiveFloor({}, { ready: 5, desired: 4 }, START);
    expect(surge).toMatchObject({ floor: 4, rises: [{ ready: 5, since: renderInstant(START) }] });
  });

  it("is what it had for three seconds, and not before", () => {
    expect(follow([0, 4])).toEqual({
      floor: 0,
      rises: [{ ready: 4, since: renderInstant(START) }],
      due: plus(START, LASTING),
    });
    expect(follow([0, 4], [2_999, 4]).floor).toBe(0);
    expect(follow([0, 4], [3_000, 4])).toEqual({ floor: 4, rises: [] });
  });

  it("does not count what a rolling restart has more for a moment", () => {
    expect(follow([0, 5], [100, 4], [3_000, 4])).toEqual({ floor: 4, rises: [] });
    expect(follow([0, 4], [3_000, 4], [5_000, 5], [5_200, 4], [6_000, 5], [8_900, 4])).toEqual({
      floor: 4,
      rises: [],
    });
  });

  it("rises by what lasted on the way up, and by the rest as it lasts", () => {
    const up = [
      [0, 2],
      [1_000, 3],
      [2_000, 6],
    ] as const;
    expect(follow(...up, [3_000, 6]).floor).toBe(2);
    expect(follow(...up, [4_000, 6]).floor).toBe(3);
    expect(follow(...up, [4_000, 5], [5_000, 5]).floor).toBe(5);
    expect(follow(...up, [5_000, 6])).toEqual({ floor: 6, rises: [] });
  });

  it("never falls", () => {
    expect(follow([0, 4], [3_000, 4], [3_100, 0], [9_000, 1]).floor).toBe(4);
  });

  it("takes a time that is unreadable or to come for now: a clock that was put back delays, and settles all the same", () => {
    for (const since of ["?", renderInstant(after(3_600_000))]) {
      const begun = raiseLiveFloor({ rises: [{ ready: 4, since }] }, { ready: 4 }, START);
      expect(begun).toEqual(follow([0, 4]));
    }
  });

  it("is the largest number that was never left for three seconds, for any looks", () => {
    const looks = fc.array(fc.tuple(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(looks, (waits) => {
        const seen: (readonly [number, number])[] = [];
        for (const [wait, ready] of waits) seen.push([(seen.at(-1)?.[0] ?? 0) + wait, ready]);
        const { floor, rises } = follow(...seen);
        const lowest = (from: number, to: number): number =>
          Math.min(...seen.slice(from, to + 1).map(([, ready]) => ready));
        const lasting = seen.flatMap(([to], j) =>
          seen.flatMap(([from], i) => (i <= j && to - from >= seconds(3) ? [lowest(i, j)] : [])),
        );
        expect(floor).toBe(Math.max(0, ...lasting));
        expect(rises.map(({ ready }) => ready).every((n, i, all) => n > (all[i - 1] ?? floor))).toBe(true);
      }),
    );
  });

  it("follows four numbers at most, the oldest and the largest of them", () => {
    const steep = Array.from({ length: 20 }, (_, i) => [i * 100, i + 1] as const);
    expect(follow(...steep).rises.map(({ ready }) => ready)).toEqual([1, 18, 19, 20]);
    expect(follow(...steep, [3_000, 20], [4_900, 20]).floor).toBe(20);
  });
});
