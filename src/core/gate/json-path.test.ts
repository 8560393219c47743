import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import { atPath, readJsonPath } from "./json-path.ts";

const find = (path: string, value: unknown) => {
  const read = readJsonPath(path);
  if (!read.ok) throw new Error(read.error);
  return atPath(read.value, value);
};

const order = {
  id: 42,
  "a b": { "it's": "quoted" },
  items: [{ sku: "x1" }, { sku: "x2", tags: [] }],
  note: null,
  größe: 3,
};

describe("a JSON path", () => {
  it.each([
    ["$.id", 42],
    ["$['id']", 42],
    ["$[\"a b\"]['it\\'s']", "quoted"],
    ["$.items[0].sku", "x1"],
    ["$.items[-1].sku", "x2"],
    ["$.note", null],
    ["$.größe", 3],
    ["$['gr\\u00f6\\u00dfe']", 3],
  ])("%s leads to a scalar", (path, scalar) => {
    expect(find(path, order)).toMatchObject({ found: true, scalar });
  });

  it("leads to the root, to objects and to arrays, and tells their kind only", () => {
    expect(find("$", "text")).toEqual({ found: true, scalar: "text", kind: "string" });
    expect(find("$", order)).toEqual({ found: true, kind: "object" });
    expect(find("$.items[1].tags", order)).toEqual({ found: true, kind: "array" });
  });

  it.each([
    "$.nothing",
    "$.items[2]",
    "$.items[-3]",
    "$.items.length",
    "$.id.x",
    "$.note.x",
    "$['0']",
    "$[0]",
  ])("%s leads to nothing", (path) => {
    expect(find(path, order)).toEqual({ found: false });
  });

  it("meets nothing that is inherited", () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"])
      expect(find(`$.${name}`, {})).toEqual({ found: false });
    expect(find("$.__proto__.polluted", JSON.parse('{"__proto__": {"polluted": 1}}'))).toMatchObject({
      scalar: 1,
    });
  });

  it.each([
    ["", "must begin with $"],
    ["items", "must begin with $"],
    ["$.", 'from "." on'],
    ["$..id", "without wildcards"],
    ["$.*", "without wildcards"],
    ["$[*]", "without wildcards"],
    ["$[0:2]", "without wildcards"],
    ["$[?(@.price)]", "without wildcards"],
    ["$[(process.exit())]", "without wildcards"],
    ["$['a", "without wildcards"],
    ["$['\\x41']", "without wildcards"],
    ["$[00]", "without wildcards"],
    ["$[-0]", "without wildcards"],
    ["$ .id", "without wildcards"],
    [`$.${"a".repeat(600)}`, "longer than 512"],
    [`$${".a".repeat(33)}`, "more than 32 steps"],
  ])("%s is refused, with a remedy", (path, message) => {
    const read = readJsonPath(path);
    expect(read).toMatchObject({ ok: false, error: expect.stringContaining(message) });
  });

  it("is read or refused, whatever the text, and never throws", () => {
    const pieces = fc.constantFrom(
      "$",
      ".",
      "[",
      "]",
      "'",
      '"',
      "\\",
      "a",
      "0",
      "-",
      "*",
      "?",
      "(",
      ":",
      "\u0000",
    );
    const text = fc.oneof(
      fc.string({ unit: pieces, maxLength: 600 }),
      fc.string({ unit: "binary", maxLength: 60 }).map((tail) => `$${tail}`),
    );
    fc.assert(
      fc.property(text, fc.jsonValue(), (path, value) => {
        const read = readJsonPath(path);
        if (read.ok) expect(typeof atPath(read.value, value).found).toBe("boolean");
        else expect(read.error).toMatch(/\w/);
      }),
    );
  });

  it("finds every scalar of any value by the path to it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const [path, scalar] of scalarsOf(JSON.parse(JSON.stringify(value)), "$"))
          expect(find(path, JSON.parse(JSON.stringify(value)))).toMatchObject({ found: true, scalar });
      }),
    );
  });

  it("is read in time that grows with its length, not with what could be matched in it", () => {
    const bad = [`$['${"\\".repeat(500)}`, `$[${" ".repeat(500)}`, `$["${"\\\\".repeat(250)}`];
    const read = () => {
      for (const text of bad) for (let i = 0; i < 100; i++) readJsonPath(text);
    };
    expect(cpuTime(read)).toBeLessThan(2_000);
  });
});

function scalarsOf(value: unknown, path: string, steps = 0): readonly (readonly [string, unknown])[] {
  if (steps > 30 || path.length > 500) return [];
  if (typeof value !== "object" || value === null) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((one, i) => scalarsOf(one, `${path}[${i}]`, steps + 1));
  return Object.entries(value).flatMap(([name, one]) => {
    const quoted = name.replace(/[\\']/g, "\\$&");
    return `${path}['${quoted}']`.length > 500 ? [] : scalarsOf(one, `${path}['${quoted}']`, steps + 1);
  });
}
