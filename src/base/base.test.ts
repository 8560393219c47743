import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds, readDuration, renderDuration, seconds } from "./duration.ts";
import { between, earliest, instant, plus, readInstant, renderInstant } from "./instant.ts";
import { canonicalJson, digestOf, sameJson } from "./json.ts";
import {
  basisPoints,
  complement,
  EVERYTHING,
  fraction,
  NOTHING,
  readWeight,
  renderWeight,
} from "./weight.ts";

describe("durations", () => {
  it("are read in every unit, alone and combined", () => {
    expect(readDuration("250ms")).toBe(250);
    expect(readDuration("90s")).toBe(90_000);
    expect(readDuration("1h30m")).toBe(5_400_000);
    expect(readDuration("1.5d")).toBe(129_600_000);
  });

  it.each(["", "5", "s", "-5s", "5 s", "1h 30m", "5m!", "1e3s", ".5s"])(
    "refuse %j with an example",
    (text) => {
      expect(() => readDuration(text)).toThrow(/no duration; write for instance 90s/);
    },
  );

  it("survive being written and read, to the second above one and to the millisecond below", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 86_400 }), fc.integer({ min: 0, max: 999 }), (s, ms) => {
        expect(readDuration(renderDuration(seconds(s)))).toBe(seconds(s));
        expect(readDuration(renderDuration(milliseconds(ms)))).toBe(ms);
      }),
    );
  });
});

describe("instants", () => {
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(instant);

  it("survive being written and read, and sort as their text does", () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(readInstant(renderInstant(a))).toBe(a);
        expect(renderInstant(a) < renderInstant(b)).toBe(a < b);
      }),
    );
  });

  it("add what lies between them", () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(plus(a, between(a, b))).toBe(b);
      }),
    );
  });

  it("are none for text that is none", () => {
    expect(readInstant("soon")).toBeUndefined();
    expect(readInstant("")).toBeUndefined();
  });

  it("have an earliest that is one of them and none of them comes before, missing ones apart", () => {
    fc.assert(
      fc.property(fc.array(fc.option(time, { nil: undefined })), (times) => {
        const first = earliest(...times);
        const there = times.filter((t) => t !== undefined);
        if (first === undefined) expect(there).toEqual([]);
        else expect(first).toBe(Math.min(...there));
      }),
    );
  });
});

describe("weights", () => {
  it("mean the same as a number and as a percentage", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (n) => {
        expect(readWeight(n)).toBe(readWeight(`${n}%`));
      }),
    );
  });

  it("survive being written and read, in every hundredth of a percent", () => {
    for (let n = 0; n <= 10_000; n++) expect(readWeight(renderWeight(basisPoints(n)))).toBe(n);
  });

  it("and their complement are everything", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (n) => {
        expect(basisPoints(n) + complement(basisPoints(n))).toBe(EVERYTHING);
        expect(complement(complement(basisPoints(n)))).toBe(n);
      }),
    );
    expect(fraction(NOTHING)).toBe(0);
    expect(fraction(EVERYTHING)).toBe(1);
  });

  it.each([-1, 101, 0.5, Number.NaN, "101%", "20", "0.123%", "-1%", " 5%", ""])("refuse %j", (value) => {
    expect(() => readWeight(value)).toThrow(/is no weight/);
  });

  it.each([-1, 10_001, 0.5, Number.NaN])("in basis points refuse %d", (n) => {
    expect(() => basisPoints(n)).toThrow(RangeError);
  });
});

describe("canonical JSON", () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([k, v]) => [k, shuffled(v)]),
    );
  };

  it("is the same text whatever the order of members, and reads back as the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(digestOf(shuffled(value))).toBe(digestOf(value));
      }),
    );
  });

  it("takes a missing and an undefined member for the same, and null for something else", () => {
    expect(sameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameJson({ a: 1, b: null }, { a: 1 })).toBe(false);
    expect(sameJson(undefined, null)).toBe(true);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
  });

  it("tells apart what the engine's own deep comparison tells apart", () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [plainA, plainB] = [a, b].map((v) => JSON.parse(JSON.stringify(v)) as unknown);
        expect(sameJson(a, b)).toBe(isDeepStrictEqual(plainA, plainB));
      }),
    );
  });
});
